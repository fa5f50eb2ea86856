package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kintsugi.controlplane.fleet.OperatorAuthentication.Caller;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Service account tokens against a key server with TLS that wants a token itself, as Kubernetes.
 */
class OperatorAuthenticationTest {

  private static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
  private static final String OPERATOR = "system:serviceaccount:kintsugi-system:kintsugi-operator";
  private static final String PASSWORD = "changeit";
  private static final AtomicInteger QUESTIONS = new AtomicInteger();

  @TempDir static Path directory;
  private static RSAKey key;
  private static HttpsServer keys;

  @BeforeAll
  static void serveKeys() throws Exception {
    key = new RSAKeyGenerator(2048).keyID("k1").generate();
    keytool("-genkeypair", "-keyalg", "EC", "-ext", "san=ip:127.0.0.1", "-dname", "CN=127.0.0.1");
    keytool("-exportcert", "-rfc", "-file", directory.resolve("ca.crt").toString());
    Files.writeString(directory.resolve("token"), "own-token\n");
    keys = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    keys.setHttpsConfigurator(new HttpsConfigurator(context()));
    byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
    keys.createContext(
        "/openid/v1/jwks",
        exchange -> {
          try (exchange) {
            QUESTIONS.incrementAndGet();
            boolean known =
                "Bearer own-token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(known ? 200 : 403, known ? body.length : -1);
            if (known) {
              exchange.getResponseBody().write(body);
            }
          }
        });
    keys.start();
  }

  @AfterAll
  static void stop() {
    keys.stop(0);
  }

  @Test
  void anAllowedServiceAccountIsLetIn() throws Exception {
    assertThat(authentication().identify(token(key, claims())))
        .isEqualTo(new Caller.Allowed(OPERATOR));
  }

  @Test
  void anyOtherServiceAccountIsForbidden() throws Exception {
    JWTClaimsSet other =
        new JWTClaimsSet.Builder(claims()).subject("system:serviceaccount:studio:default").build();
    assertThat(authentication().identify(token(key, other))).isInstanceOf(Caller.Forbidden.class);
  }

  @Test
  void wrongAudienceIssuerTimeOrKeyIsUnknown() throws Exception {
    OperatorAuthentication authentication = authentication();
    RSAKey forged = new RSAKeyGenerator(2048).keyID("k1").generate();
    JWTClaimsSet good = claims();
    Date past = Date.from(Instant.now().minusSeconds(3600));
    List<String> refused =
        List.of(
            token(key, new JWTClaimsSet.Builder(good).audience("somebody-else").build()),
            token(key, new JWTClaimsSet.Builder(good).issuer("https://elsewhere").build()),
            token(key, new JWTClaimsSet.Builder(good).expirationTime(past).build()),
            token(forged, good),
            "not.a.token",
            "");
    assertThat(refused)
        .allSatisfy(
            token -> assertThat(authentication.identify(token)).isInstanceOf(Caller.Unknown.class));
    assertThat(authentication.identify(null)).isInstanceOf(Caller.Unknown.class);
  }

  @Test
  void keysAreKeptWhileTheApiServerIsAway() throws Exception {
    OperatorAuthentication authentication = authentication();
    String token = token(key, claims());
    authentication.identify(token);
    int before = QUESTIONS.get();
    for (int i = 0; i < 50; i++) {
      assertThat(authentication.identify(token)).isInstanceOf(Caller.Allowed.class);
    }
    assertThat(QUESTIONS.get()).isEqualTo(before);
  }

  @Test
  void aMissingCaIsNamed() {
    assertThatThrownBy(() -> new OperatorAuthentication(settings(directory.resolve("none.crt"))))
        .hasMessageContaining("kintsugi.fleet.ca-file")
        .hasMessageContaining("none.crt");
  }

  private static OperatorAuthentication authentication() {
    return new OperatorAuthentication(settings(directory.resolve("ca.crt")));
  }

  private static FleetSecuritySettings settings(Path ca) {
    return new FleetSecuritySettings(
        "",
        ISSUER,
        "https://127.0.0.1:" + keys.getAddress().getPort() + "/openid/v1/jwks",
        ca.toString(),
        directory.resolve("token").toString(),
        "kintsugi-control-plane",
        List.of(OPERATOR));
  }

  private static JWTClaimsSet claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .subject(OPERATOR)
        .audience("kintsugi-control-plane")
        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
        .build();
  }

  private static String token(RSAKey signer, JWTClaimsSet claims) throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(signer.getKeyID()).build(), claims);
    token.sign(new RSASSASigner(signer));
    return token.serialize();
  }

  private static SSLContext context() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("server.p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-alias",
            "server",
            "-storetype",
            "PKCS12",
            "-keystore",
            directory.resolve("server.p12").toString(),
            "-storepass",
            PASSWORD));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
  }
}
