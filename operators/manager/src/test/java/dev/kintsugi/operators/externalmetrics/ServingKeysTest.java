package dev.kintsugi.operators.externalmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.tls.CertificateRenewal.Decision;
import dev.kintsugi.core.tls.CertificateRenewal.Policy;
import dev.kintsugi.core.tls.CertificateRenewal.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ServingKeysTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Policy POLICY =
      new Policy(Set.of("plane.system.svc"), Duration.ofDays(300), Duration.ofDays(90));

  private static ServingKeys first() {
    return ServingKeys.renewed(null, ServingKeys.due(null, POLICY, NOW), POLICY, NOW);
  }

  private static Map<String, String> data(ServingKeys keys) {
    return keys.texts().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                text ->
                    Base64.getEncoder()
                        .encodeToString(text.getValue().getBytes(StandardCharsets.US_ASCII))));
  }

  @Test
  void whatIsMadeIsReadBackAndGood() throws Exception {
    var made = first();

    var read = ServingKeys.read(data(made));

    assertThat(read).isNotNull();
    assertThat(data(read)).isEqualTo(data(made));
    assertThat(ServingKeys.due(read, POLICY, NOW)).isInstanceOf(Decision.Keep.class);
    var server = read.server().certificate();
    server.verify(read.authority().certificate().getPublicKey());
    assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
  }

  @Test
  void aDamagedSecretIsMadeAnew() {
    var broken = data(first());
    broken.put(ServingKeys.AUTHORITY_KEY, "bm90IGEga2V5");

    assertThat(ServingKeys.read(broken)).isNull();
    assertThat(ServingKeys.read(Map.of())).isNull();
    assertThat(ServingKeys.due(null, POLICY, NOW)).isEqualTo(new Decision.RenewAll(Reason.MISSING));
  }

  @Test
  void aServerCertificateIsRenewedByTheSameAuthority() {
    var made = first();
    Instant later = NOW.plus(Duration.ofDays(70));

    var due = ServingKeys.due(made, POLICY, later);
    var renewed = ServingKeys.renewed(made, due, POLICY, later);

    assertThat(due).isEqualTo(new Decision.RenewServer(Reason.EXPIRING));
    assertThat(renewed.bundle()).isEqualTo(made.bundle());
    assertThat(renewed.server()).isNotEqualTo(made.server());
  }

  @Test
  void aNewAuthorityIsTrustedBesideTheOldOneUntilThatExpires() {
    var made = first();
    Instant later = NOW.plus(Duration.ofDays(250));

    var due = ServingKeys.due(made, POLICY, later);
    var renewed = ServingKeys.renewed(made, due, POLICY, later);
    var muchLater = NOW.plus(Duration.ofDays(500));
    var again =
        ServingKeys.renewed(
            renewed, ServingKeys.due(renewed, POLICY, muchLater), POLICY, muchLater);

    assertThat(due).isEqualTo(new Decision.RenewAll(Reason.EXPIRING));
    assertThat(renewed.bundle()).endsWith(made.bundle()).isNotEqualTo(made.bundle());
    assertThat(ServingKeys.read(data(renewed)).authorities()).hasSize(2);
    assertThat(again.authorities())
        .hasSize(2)
        .doesNotContain(made.authority().certificate())
        .contains(renewed.authority().certificate());
  }
}
