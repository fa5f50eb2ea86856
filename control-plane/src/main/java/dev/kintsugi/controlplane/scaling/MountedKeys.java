package dev.kintsugi.controlplane.scaling;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What the operator mounts: {@code tls.crt} and {@code tls.key} (PEM; an EC key in PKCS #8), {@code
 * front-proxy-ca.crt} (whom API servers are vouched for by) and {@code front-proxy-names} (their
 * common names, one a line; none means any).
 */
record MountedKeys(String certificate, String key, String proxyAuthority, List<String> proxyNames) {

  private static final char[] NO_PASSWORD = {};

  MountedKeys {
    proxyNames = List.copyOf(proxyNames);
  }

  /** Empty until all of them are there. */
  static Optional<MountedKeys> read(Path directory) throws IOException {
    Path names = directory.resolve("front-proxy-names");
    Path certificate = directory.resolve("tls.crt");
    Path key = directory.resolve("tls.key");
    Path authority = directory.resolve("front-proxy-ca.crt");
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
    KeyStore own = store();
    own.setKeyEntry(
        "server", privateKey(), NO_PASSWORD, certificates(certificate).toArray(Certificate[]::new));
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, NO_PASSWORD);
    KeyStore trusted = store();
    int number = 0;
    for (Certificate authority : certificates(proxyAuthority)) {
      trusted.setCertificateEntry("proxy-" + number++, authority);
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore store() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private PrivateKey privateKey() throws GeneralSecurityException {
    String body = key.replaceAll("-----[A-Z ]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body)));
  }

  private static Collection<? extends Certificate> certificates(String pem)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A key must never be logged. */
  @Override
  public String toString() {
    return "MountedKeys[proxyNames=" + proxyNames + "]";
  }
}
