package dev.kintsugi.operators.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Stands in for the control plane: serves with the Secret's keys and answers every value with 7.
 */
public final class FakeMetricsApi implements AutoCloseable {

  private final HttpsServer server;

  /**
   * @param secret data of the Secret, in base64
   */
  public FakeMetricsApi(Map<String, String> secret) throws IOException, GeneralSecurityException {
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    SSLContext context = context(secret);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            var wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext("/", FakeMetricsApi::answer);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body =
        path.endsWith("/video_qps")
            ? """
            {"kind":"ExternalMetricValueList","apiVersion":"external.metrics.k8s.io/v1beta1",
            "metadata":{},"items":[{"metricName":"video_qps","metricLabels":{},
            "timestamp":"2026-01-01T12:00:00Z","value":"7"}]}\
            """
            : """
            {"kind":"APIResourceList","apiVersion":"v1",
            "groupVersion":"external.metrics.k8s.io/v1beta1","resources":[{"name":"video_qps",
            "singularName":"","namespaced":true,"kind":"ExternalMetricValueList","verbs":["get"]}]}\
            """;
    boolean known = path.startsWith("/apis/external.metrics.k8s.io/v1beta1");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(known ? 200 : 404, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static SSLContext context(Map<String, String> secret)
      throws IOException, GeneralSecurityException {
    char[] none = {};
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, none);
    byte[] key =
        Base64.getMimeDecoder().decode(text(secret, "tls.key").replaceAll("-----[A-Z ]+-----", ""));
    own.setKeyEntry(
        "server",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
        none,
        new Certificate[] {certificate(text(secret, "tls.crt"))});
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, none);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, none);
    trusted.setCertificateEntry("proxy", certificate(text(secret, "front-proxy-ca.crt")));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static Certificate certificate(String pem) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String text(Map<String, String> secret, String key) {
    return new String(Base64.getDecoder().decode(secret.get(key)), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
