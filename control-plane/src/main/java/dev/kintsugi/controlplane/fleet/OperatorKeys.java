package dev.kintsugi.controlplane.fleet;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import dev.kintsugi.controlplane.tls.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/** The public keys of the token issuer, kept for a week so that its absence is not noticed. */
final class OperatorKeys {

  private static final long FRESH_MS = Duration.ofMinutes(15).toMillis();
  private static final long REFRESH_WITHIN_MS = Duration.ofSeconds(10).toMillis();
  private static final long OUTAGE_MS = Duration.ofDays(7).toMillis();
  private static final int TIMEOUT_MS = 3_000;
  private static final int SIZE_LIMIT = 1 << 20;

  private OperatorKeys() {}

  /**
   * @throws IllegalArgumentException when the settings cannot work, naming the one at fault
   */
  static JWKSource<SecurityContext> from(FleetSecuritySettings settings) {
    try {
      return JWKSourceBuilder.create(settings.keys().toURL(), retriever(settings))
          .cache(FRESH_MS, REFRESH_WITHIN_MS)
          .retrying(true)
          .outageTolerant(OUTAGE_MS)
          .build();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(
          "kintsugi.fleet.jwks-url is not a URL: " + settings.keys(), e);
    }
  }

  private static ResourceRetriever retriever(FleetSecuritySettings settings) {
    boolean tls = "https".equals(settings.keys().getScheme());
    DefaultResourceRetriever http =
        new DefaultResourceRetriever(
            TIMEOUT_MS, TIMEOUT_MS, SIZE_LIMIT, true, tls ? trusting(settings.caFile()) : null);
    Path token = Path.of(settings.tokenFile());
    return url -> {
      // Read each time: the kubelet renews it.
      if (Files.isReadable(token)) {
        String bearer = "Bearer " + Files.readString(token).trim();
        http.setHeaders(Map.of("Authorization", List.of(bearer)));
      }
      return http.retrieveResource(url);
    };
  }

  private static SSLSocketFactory trusting(String caFile) {
    try (InputStream pem = Files.newInputStream(Path.of(caFile))) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, Trust.in(pem), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "kintsugi.fleet.ca-file " + caFile + " cannot be used: " + e.getMessage(), e);
    }
  }
}
