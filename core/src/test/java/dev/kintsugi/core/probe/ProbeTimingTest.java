package dev.kintsugi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.probe.ProbeDecision.Probe;
import dev.kintsugi.core.probe.ProbeDecision.Reason;
import dev.kintsugi.core.probe.ProbeDecision.Wait;
import dev.kintsugi.core.probe.ProbeTiming.Seat;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeTimingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final ProbePolicy POLICY =
      new ProbePolicy(Duration.ofSeconds(30), Duration.ofSeconds(60), 3);
  private static final Seat FREE = new Seat(true, 1, true, false);

  private static ProbeHistory due(int seconds, Instant proven) {
    return new ProbeHistory(0, null, NOW.plusSeconds(seconds), proven);
  }

  private static Reason reason(ProbeDecision decision) {
    return switch (decision) {
      case Probe probe -> probe.reason();
      case Wait wait -> wait.reason();
    };
  }

  @ParameterizedTest
  @CsvSource({
    // usable, free, serving, jobs wait, due in s, proven s ago, reason
    "true,  1, true,  false,  0,  -1, DUE",
    "true,  1, true,  false, -9,  -1, DUE",
    "true,  1, true,  false,  1,  -1, NOT_DUE",
    "true,  1, true,  false, -9,  10, PROVEN_BY_JOB",
    "true,  1, true,  false, -9,  30, DUE",
    "true,  0, true,  false, -9,  -1, NO_FREE_SLOT",
    "true,  1, true,  true,  -9,  -1, JOBS_WAIT",
    "true,  1, false, true,  -9,  -1, DUE",
    "false, 1, true,  false, -9,  -1, NODE_NOT_USABLE"
  })
  void whenANodeIsProbed(
      boolean usable,
      int free,
      boolean serving,
      boolean jobsWait,
      int dueIn,
      int provenAgo,
      Reason expected) {
    ProbeHistory history = due(dueIn, provenAgo < 0 ? null : NOW.minusSeconds(provenAgo));

    ProbeDecision decision =
        ProbeTiming.decide(new Seat(usable, free, serving, jobsWait), history, POLICY, NOW);

    assertThat(reason(decision)).isEqualTo(expected);
  }

  @Test
  void aProofByAJobLastsOneInterval() {
    ProbeDecision decision = ProbeTiming.decide(FREE, due(-9, NOW.minusSeconds(10)), POLICY, NOW);

    assertThat(decision).isEqualTo(new Wait(Reason.PROVEN_BY_JOB, NOW.plusSeconds(20)));
  }

  @Test
  void whyItIsProbedSaysWhatWasBefore() {
    Instant past = NOW.minusSeconds(1);
    assertThat(ProbeTiming.decide(FREE, new ProbeHistory(2, null, past, null), POLICY, NOW))
        .isEqualTo(new Probe(Reason.FAILED_BEFORE, past));
    assertThat(ProbeTiming.decide(FREE, new ProbeHistory(3, past, past, null), POLICY, NOW))
        .isEqualTo(new Probe(Reason.OUT_OF_DISPATCH, past));
  }

  /** Whatever else holds: no probe without a free slot, none where a customer waits for it. */
  @Property
  void aProbeNeverTakesASlotThatACustomerCouldUse(
      @ForAll boolean usable,
      @ForAll @IntRange(max = 2) int free,
      @ForAll boolean serving,
      @ForAll boolean jobsWait,
      @ForAll @IntRange(min = -60, max = 60) int dueIn,
      @ForAll boolean out) {
    ProbeHistory history =
        new ProbeHistory(out ? 3 : 0, out ? NOW : null, NOW.plusSeconds(dueIn), null);

    if (ProbeTiming.decide(new Seat(usable, free, serving, jobsWait), history, POLICY, NOW)
        instanceof Probe) {
      assertThat(usable).isTrue();
      assertThat(free).isPositive();
      assertThat(serving && jobsWait).isFalse();
      assertThat(dueIn).isNotPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "160x96,   17, 20, 80x48,   9, 4",
    "1280x720, 81, 40, 640x352, 9, 4",
    "64x64,    9,  4,  32x32,   9, 4",
    "48x32,    5,  2,  32x32,   5, 2",
    "16x16,    1,  1,  16x16,   1, 1"
  })
  void aProbeIsSmall(
      String usual, int frames, int steps, String size, int fewFrames, int fewSteps) {
    assertThat(ProbeShape.of(Size.parse(usual).orElseThrow(), frames, steps))
        .isEqualTo(new ProbeShape(Size.parse(size).orElseThrow(), fewFrames, fewSteps));
  }
}
