package dev.kintsugi.controlplane.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The External Metrics API on a port of its own: its certificate and its callers are others than
 * those of the public API. Starts when the operator has provided the keys, and anew when they
 * change.
 */
@Singleton
@Requires(notEnv = "command")
@Requires(property = "kintsugi.scaling.tls-dir")
final class ExternalMetricsServer {

  private static final Logger LOG = LoggerFactory.getLogger(ExternalMetricsServer.class);

  private final ServiceLoads loads;
  private final ScalingSettings settings;
  private final ObjectMapper json;
  private final Clock clock;
  private @Nullable MountedKeys served;
  private @Nullable HttpsServer server;
  private boolean complained;

  ExternalMetricsServer(
      ServiceLoads loads, ScalingSettings settings, ObjectMapper json, Clock clock) {
    this.loads = loads;
    this.settings = settings;
    this.json = json;
    this.clock = clock;
  }

  /** Looks at the mounted keys; the kubelet changes them in place. */
  @Scheduled(fixedDelay = "${kintsugi.scaling.look-at-keys:2s}")
  synchronized void follow() {
    try {
      Optional<MountedKeys> mounted = MountedKeys.read(Path.of(settings.tlsDir()));
      if (mounted.isPresent() && !mounted.get().equals(served)) {
        serve(mounted.get());
        complained = false;
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      if (!complained) {
        LOG.warn(
            "The external metrics API cannot be served with the keys in {}: {}",
            settings.tlsDir(),
            e.toString());
        complained = true;
      }
    }
  }

  private void serve(MountedKeys keys) throws IOException, GeneralSecurityException {
    SSLContext context = keys.context();
    stop();
    HttpsServer made =
        HttpsServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
    made.setHttpsConfigurator(new ClientsShown(context));
    made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    made.createContext("/", new ExternalMetricsHandler(loads, json, clock, keys.proxyNames()));
    made.start();
    server = made;
    served = keys;
    LOG.info("The external metrics API is served at {}", made.getAddress());
  }

  /** Where it listens; empty before there are keys. */
  synchronized Optional<InetSocketAddress> address() {
    return Optional.ofNullable(server).map(HttpsServer::getAddress);
  }

  @PreDestroy
  synchronized void stop() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /** No handshake without a certificate of the client. */
  private static final class ClientsShown extends HttpsConfigurator {

    ClientsShown(SSLContext context) {
      super(context);
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
      wanted.setNeedClientAuth(true);
      parameters.setSSLParameters(wanted);
    }
  }
}
