package dev.kintsugi.controlplane.tls;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Whose certificates are taken. */
public final class Trust {

  private Trust() {}

  /**
   * Everybody that one of these authorities vouches for.
   *
   * @param pem certificates of authorities
   */
  public static TrustManager[] in(InputStream pem) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    int count = 0;
    for (Certificate authority :
        CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
      trusted.setCertificateEntry("authority-" + count++, authority);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    return managers.getTrustManagers();
  }
}
