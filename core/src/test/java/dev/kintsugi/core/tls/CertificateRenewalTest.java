package dev.kintsugi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.tls.CertificateRenewal.Decision;
import dev.kintsugi.core.tls.CertificateRenewal.Held;
import dev.kintsugi.core.tls.CertificateRenewal.Policy;
import dev.kintsugi.core.tls.CertificateRenewal.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertificateRenewalTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Set<String> NAMES = Set.of("plane.kintsugi-system.svc");
  private static final Policy POLICY =
      new Policy(NAMES, Duration.ofDays(3000), Duration.ofDays(90));

  private static Decision decide(
      int authorityDays, int serverDays, Set<String> names, boolean signed) {
    return CertificateRenewal.decide(
        new Held(
            NOW.plus(Duration.ofDays(authorityDays)),
            NOW.plus(Duration.ofDays(serverDays)),
            names,
            signed),
        POLICY,
        NOW);
  }

  @Test
  void nothingHeldMeansAllAnew() {
    assertThat(CertificateRenewal.decide(Held.NOTHING, POLICY, NOW))
        .isEqualTo(new Decision.RenewAll(Reason.MISSING));
    assertThat(
            CertificateRenewal.decide(
                new Held(NOW.plus(Duration.ofDays(2000)), null, Set.of(), false), POLICY, NOW))
        .isEqualTo(new Decision.RenewServer(Reason.MISSING));
  }

  @Test
  void goodOnesAreKeptUntilAThirdOfTheirLifeIsLeft() {
    assertThat(decide(2000, 80, NAMES, true))
        .isEqualTo(new Decision.Keep(NOW.plus(Duration.ofDays(50))));
    assertThat(decide(2000, 30, NAMES, true)).isEqualTo(new Decision.Keep(NOW));
    assertThat(decide(2000, 29, NAMES, true)).isEqualTo(new Decision.RenewServer(Reason.EXPIRING));
    assertThat(decide(2000, -1, NAMES, true)).isEqualTo(new Decision.RenewServer(Reason.EXPIRING));
    assertThat(decide(999, 80, NAMES, true)).isEqualTo(new Decision.RenewAll(Reason.EXPIRING));
  }

  @Test
  void aCertificateOfSomeoneElseIsReplaced() {
    assertThat(decide(2000, 80, Set.of("old.svc"), true))
        .isEqualTo(new Decision.RenewServer(Reason.OTHER_NAMES));
    assertThat(decide(2000, 80, NAMES, false))
        .isEqualTo(new Decision.RenewServer(Reason.OTHER_AUTHORITY));
  }
}
