package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.AttemptAdmission.Decision;
import dev.kintsugi.core.node.AttemptAdmission.Decision.Admit;
import dev.kintsugi.core.node.AttemptAdmission.Decision.Refuse;
import dev.kintsugi.core.node.AttemptAdmission.Reason;
import dev.kintsugi.core.node.AttemptAdmission.Situation;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AttemptAdmissionTest {
  private static final Situation IDLE = new Situation(true, false, 1, 0, 1_000, 100, Duration.ZERO);

  @Test
  void anIdleWarmNodeAdmits() {
    assertThat(AttemptAdmission.decide(IDLE)).isInstanceOf(Admit.class);
  }

  @Test
  void aDrainingNodeSaysSoEvenWhenItIsColdAndBusy() {
    Situation in = new Situation(false, true, 1, 1, 0, 100, Duration.ZERO);
    assertThat(reason(in)).isEqualTo(Reason.DRAINING);
  }

  @Test
  void theWaitIsRoundedUpToWholeSeconds() {
    Situation in = new Situation(true, false, 1, 1, 1_000, 100, Duration.ofMillis(2_100));
    assertThat(AttemptAdmission.decide(in))
        .isEqualTo(new Refuse(Reason.NO_FREE_SLOT, Duration.ofSeconds(3)));
  }

  @Test
  void aFullDiskRefusesBeforeWorkIsLost() {
    Situation in = new Situation(true, false, 1, 0, 99, 100, Duration.ZERO);
    assertThat(reason(in)).isEqualTo(Reason.DISK_FULL);
  }

  @Property
  void admitsOnlyWhenNothingSpeaksAgainstIt(
      @ForAll boolean warm,
      @ForAll boolean draining,
      @ForAll @IntRange(min = 1, max = 3) int slots,
      @ForAll @IntRange(min = 0, max = 3) int busy,
      @ForAll @IntRange(min = 0, max = 200) int free,
      @ForAll @IntRange(min = 0, max = 90_000) int waitMillis) {
    Situation in =
        new Situation(warm, draining, slots, busy, free, 100, Duration.ofMillis(waitMillis));
    boolean possible = warm && !draining && busy < slots && free >= 100;
    Decision decision = AttemptAdmission.decide(in);
    assertThat(decision instanceof Admit).isEqualTo(possible);
    if (decision instanceof Refuse refuse) {
      assertThat(refuse.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
      assertThat(refuse.retryAfter().toNanosPart()).isZero();
    }
  }

  private static Reason reason(Situation in) {
    return ((Refuse) AttemptAdmission.decide(in)).reason();
  }
}
