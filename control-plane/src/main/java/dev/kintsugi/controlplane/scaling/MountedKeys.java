package dev.kintsugi.controlplane.scaling;

import dev.kintsugi.controlplane.tls.Trust;
import dev.kintsugi.protocol.fleet.ExternalMetricsKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What the operator mounts: the {@link ExternalMetricsKeys}. */
record MountedKeys(String certificate, String key, String proxyAuthority, List<String> proxyNames) {

  private static final char[] NO_PASSWORD = {};

  MountedKeys {
    proxyNames = List.copyOf(proxyNames);
  }

  /** Empty until all of them are there. */
  static Optional<MountedKeys> read(Path directory) throws IOException {
    Path names = directory.resolve(ExternalMetricsKeys.PROXY_NAMES);
    Path certificate = directory.resolve(ExternalMetricsKeys.CERTIFICATE);
    Path key = directory.resolve(ExternalMetricsKeys.KEY);
    Path authority = directory.resolve(ExternalMetricsKeys.PROXY_AUTHORITY);
    for (Path file : List.of(names, certificate, key, authority)) {
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new MountedKeys(
            Files.readString(certificate),
            Files.readString(key),
            Files.readString(authority),
            Files.readString(names).lines().filter(name -> !name.isBlank()).toList()));
  }

  /**
   * Serves with the certificate, and takes clients that the front proxy's authority vouches for.
   */
  SSLContext context() throws GeneralSecurityException, IOException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, NO_PASSWORD);
    own.setKeyEntry(
        "server",
        privateKey(),
        NO_PASSWORD,
        CertificateFactory.getInstance("X.509")
            .generateCertificates(stream(certificate))
            .toArray(Certificate[]::new));
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), Trust.in(stream(proxyAuthority)), null);
    return context;
  }

  private PrivateKey privateKey() throws GeneralSecurityException {
    String body = key.replaceAll("-----[A-Z ]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
  }

  private static InputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  /** A key must never be logged. */
  @Override
  public String toString() {
    return "MountedKeys[proxyNames=" + proxyNames + "]";
  }
}
