package dev.kintsugi.operators.externalmetrics;

import dev.kintsugi.core.tls.CertificateRenewal;
import dev.kintsugi.core.tls.CertificateRenewal.Decision;
import dev.kintsugi.core.tls.CertificateRenewal.Held;
import dev.kintsugi.core.tls.CertificateRenewal.Policy;
import dev.kintsugi.operators.externalmetrics.Certificates.Pair;
import dev.kintsugi.protocol.fleet.ExternalMetricsKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the External Metrics API, as the Secret holds them.
 *
 * @param authorities the one that signs, then those that signed before and are still good: whoever
 *     checks takes them all, so that a change of authority goes unnoticed
 * @param authority the first, with its key
 * @param server null where there is none
 */
record ServingKeys(List<X509Certificate> authorities, Pair authority, @Nullable Pair server) {

  static final String AUTHORITY = "ca.crt";
  static final String AUTHORITY_KEY = "ca.key";
  static final String SERVER = ExternalMetricsKeys.CERTIFICATE;
  static final String SERVER_KEY = ExternalMetricsKeys.KEY;

  private static final String NAME = "kintsugi-external-metrics";

  ServingKeys {
    authorities = List.copyOf(authorities);
  }

  /** What a Secret holds; null when it is not all there or not to be read. */
  static @Nullable ServingKeys read(Map<String, String> data) {
    try {
      List<X509Certificate> authorities = Certificates.read(text(data, AUTHORITY));
      if (authorities.isEmpty()) {
        return null;
      }
      var authority =
          new Pair(authorities.getFirst(), Certificates.readKey(text(data, AUTHORITY_KEY)));
      List<X509Certificate> server = Certificates.read(text(data, SERVER));
      return new ServingKeys(
          authorities,
          authority,
          server.isEmpty()
              ? null
              : new Pair(server.getFirst(), Certificates.readKey(text(data, SERVER_KEY))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private static String text(Map<String, String> data, String key) {
    return new String(
        Base64.getDecoder().decode(data.getOrDefault(key, "")), StandardCharsets.US_ASCII);
  }

  static Decision due(@Nullable ServingKeys keys, Policy policy, Instant now) {
    return CertificateRenewal.decide(keys == null ? Held.NOTHING : keys.held(), policy, now);
  }

  private Held held() {
    return new Held(
        authority.certificate().getNotAfter().toInstant(),
        server == null ? null : server.certificate().getNotAfter().toInstant(),
        server == null ? Set.of() : names(server.certificate()),
        server != null && signed(server.certificate(), authority.certificate()));
  }

  private static Set<String> names(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Set.of()
          : names.stream()
              .filter(name -> Integer.valueOf(GeneralName.dNSName).equals(name.getFirst()))
              .map(name -> String.valueOf(name.getLast()))
              .collect(Collectors.toSet());
    } catch (GeneralSecurityException e) {
      return Set.of();
    }
  }

  private static boolean signed(X509Certificate certificate, X509Certificate by) {
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The keys after what was decided. */
  static ServingKeys renewed(
      @Nullable ServingKeys before, Decision decision, Policy policy, Instant now) {
    if (before != null && decision instanceof Decision.RenewServer) {
      return new ServingKeys(
          before.authorities(), before.authority(), server(before.authority(), policy, now));
    }
    if (before != null && decision instanceof Decision.Keep) {
      return before;
    }
    Pair authority = Certificates.authority(NAME + "-ca", policy.authorityLife(), now);
    Stream<X509Certificate> old =
        before == null
            ? Stream.empty()
            : before.authorities().stream().filter(ca -> ca.getNotAfter().toInstant().isAfter(now));
    return new ServingKeys(
        Stream.concat(Stream.of(authority.certificate()), old).toList(),
        authority,
        server(authority, policy, now));
  }

  private static Pair server(Pair authority, Policy policy, Instant now) {
    return Certificates.issue(
        authority, NAME, policy.names(), KeyPurposeId.id_kp_serverAuth, policy.serverLife(), now);
  }

  /** PEM of every authority that may have signed what is served. */
  String bundle() {
    return authorities.stream().map(Certificates::pem).collect(Collectors.joining());
  }

  /** As a Secret's texts. */
  Map<String, String> texts() {
    if (server == null) {
      throw new IllegalStateException("there is no server certificate");
    }
    return Map.of(
        AUTHORITY, bundle(),
        AUTHORITY_KEY, Certificates.pem(authority.key()),
        SERVER, Certificates.pem(server.certificate()),
        SERVER_KEY, Certificates.pem(server.key()));
  }
}
