package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.dispatch.AttemptWatch.Contact;
import dev.kintsugi.core.dispatch.AttemptWatch.Policy;
import dev.kintsugi.core.dispatch.AttemptWatch.Reason;
import dev.kintsugi.core.dispatch.AttemptWatch.Times;
import dev.kintsugi.core.dispatch.AttemptWatch.Verdict.CarryOn;
import dev.kintsugi.core.dispatch.AttemptWatch.Verdict.GiveUp;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AttemptWatchTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration STALL = Duration.ofSeconds(30);

  @Test
  void carriesOnUntilTheNextBoundWhileItMoves() {
    Times times = new Times(START, START.plusSeconds(5), null, Contact.UNKNOWN);
    assertThat(AttemptWatch.judge(times, STALL, Policy.DEFAULT, START.plusSeconds(20)))
        .isEqualTo(new CarryOn(START.plusSeconds(35)));
  }

  @Test
  void noChangeWithinTheBoundIsAStall() {
    Times times = new Times(START, START.plusSeconds(5), null, Contact.UNKNOWN);
    assertThat(AttemptWatch.judge(times, STALL, Policy.DEFAULT, START.plusSeconds(35)))
        .isEqualTo(new GiveUp(Reason.STALLED, STALL));
  }

  @Test
  void theTimeLimitHoldsEvenWhileItMoves() {
    Instant late = START.plus(Policy.DEFAULT.timeLimit());
    assertThat(
            AttemptWatch.judge(
                new Times(START, late.minusSeconds(1), null, Contact.UNKNOWN),
                STALL,
                Policy.DEFAULT,
                late))
        .isEqualTo(new GiveUp(Reason.TIME_LIMIT, Policy.DEFAULT.timeLimit()));
  }

  @Test
  void aSilentNodeIsGivenTimeButARemovedOneIsNot() {
    Instant silent = START.plusSeconds(3);
    Instant now = START.plusSeconds(9);
    assertThat(
            AttemptWatch.judge(
                new Times(START, START, silent, Contact.UNKNOWN), STALL, Policy.DEFAULT, now))
        .isEqualTo(new CarryOn(START.plusSeconds(13)));
    assertThat(
            AttemptWatch.judge(
                new Times(START, START, silent, Contact.UNKNOWN),
                STALL,
                Policy.DEFAULT,
                START.plusSeconds(13)))
        .isEqualTo(new GiveUp(Reason.NODE_SILENT, Duration.ofSeconds(10)));
    assertThat(
            AttemptWatch.judge(
                new Times(START, START, silent, Contact.REMOVED), STALL, Policy.DEFAULT, now))
        .isEqualTo(new GiveUp(Reason.NODE_REMOVED, Duration.ofSeconds(6)));
  }

  @Test
  void aNodeWhoseProcessIsGoneIsGivenUpSooner() {
    Instant silent = START.plusSeconds(3);
    Times times = new Times(START, START, silent, Contact.REFUSED);
    assertThat(AttemptWatch.judge(times, STALL, Policy.DEFAULT, silent))
        .isEqualTo(new CarryOn(silent.plusSeconds(1)));
    assertThat(AttemptWatch.judge(times, STALL, Policy.DEFAULT, silent.plusSeconds(1)))
        .isEqualTo(new GiveUp(Reason.NODE_DEAD, Duration.ofSeconds(1)));
  }

  @Test
  void theStallBoundFollowsTheMeasuredStepButNeverUndercutsTheFloor() {
    assertThat(Policy.DEFAULT.stallBound(OptionalDouble.of(0.01)))
        .isEqualTo(Policy.DEFAULT.stallFloor());
    assertThat(Policy.DEFAULT.stallBound(OptionalDouble.of(12))).isEqualTo(Duration.ofMinutes(4));
    assertThat(Policy.DEFAULT.stallBound(OptionalDouble.empty()))
        .isEqualTo(Policy.DEFAULT.stallUnknown());
  }
}
