package dev.kintsugi.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Admission.Decision;
import dev.kintsugi.core.admission.Admission.Load;
import dev.kintsugi.core.admission.Admission.Policy;
import dev.kintsugi.core.admission.Admission.Reason;
import dev.kintsugi.core.admission.CostModel.Cost;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Policy POLICY = new Policy(10, Duration.ofSeconds(60));

  @Test
  void predictsTheFinishFromWorkAheadAndSlots() {
    assertThat(Admission.decide(new Load(2, 4, 60, new Cost(20, true)), POLICY, NOW))
        .isEqualTo(new Decision.Admit(NOW.plusSeconds(50)));
  }

  @Test
  void refusesWhatWouldBeLateWithTheEstimate() {
    assertThat(Admission.decide(new Load(1, 4, 60, new Cost(20, true)), POLICY, NOW))
        .isEqualTo(
            new Decision.Refuse(
                Reason.DEADLINE_UNATTAINABLE, NOW.plusSeconds(80), Duration.ofSeconds(20)));
  }

  @Test
  void refusesNobodyForATimeItDoesNotKnow() {
    Cost unmeasured = new Cost(1e9, false);
    assertThat(Admission.decide(new Load(1, 0, 1e9, unmeasured), POLICY, NOW))
        .isInstanceOf(Decision.Admit.class);
    assertThat(Admission.decide(new Load(0, 0, 1e9, new Cost(1e9, true)), POLICY, NOW))
        .isInstanceOf(Decision.Admit.class);
  }

  @Test
  void refusesWhenTheQueueIsFullWhateverIsKnown() {
    assertThat(Admission.decide(new Load(0, 10, 0, new Cost(1, false)), POLICY, NOW))
        .extracting(decision -> ((Decision.Refuse) decision).reason())
        .isEqualTo(Reason.QUEUE_FULL);
  }

  @Property
  void moreWorkAheadNeverTurnsARefusalIntoAnAdmission(
      @ForAll @IntRange(max = 8) int slots,
      @ForAll @IntRange(max = 20) int queued,
      @ForAll @DoubleRange(max = 1e7) double ahead,
      @ForAll @DoubleRange(min = 0.01, max = 1e5) double cost) {
    Decision less =
        Admission.decide(new Load(slots, queued, ahead, new Cost(cost, true)), POLICY, NOW);
    Decision more =
        Admission.decide(new Load(slots, queued, ahead + 10, new Cost(cost, true)), POLICY, NOW);
    if (less instanceof Decision.Refuse refusal) {
      assertThat(more).isInstanceOf(Decision.Refuse.class);
      assertThat(refusal.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(10));
    }
    if (more instanceof Decision.Admit admitted && slots > 0) {
      assertThat(admitted.finish()).isBeforeOrEqualTo(NOW.plusSeconds(60));
    }
  }

  @Test
  void scalesCostFromTheNearestMeasurement() {
    Map<String, Double> measured = Map.of("64x64x17", 0.5, "832x480x81", 10.0, "junk", 1.0);
    assertThat(cost("64x64", 17, measured)).isEqualTo(new Cost(10 * 0.5 * 1.15, true));
    double ratio =
        cost("1280x720", 81, measured).seconds() / cost("832x480", 81, measured).seconds();
    assertThat(ratio).as("published: 3.2").isBetween(3.1, 3.3);
    assertThat(cost("64x64", 17, Map.of()).measured()).isFalse();
    assertThat(cost("64x64", 17, Map.of()).seconds()).isPositive();
  }

  @Test
  void hintsAQuarterOfTheTimeLeftWithinBounds() {
    assertThat(PollHint.millis(Duration.ofSeconds(8))).isEqualTo(2000);
    assertThat(PollHint.millis(Duration.ZERO)).isEqualTo(200);
    assertThat(PollHint.millis(Duration.ofHours(1))).isEqualTo(10_000);
    assertThat(PollHint.secondsLeft(40, 75)).isEqualTo(10);
  }

  private static Cost cost(String size, int frames, Map<String, Double> measured) {
    Size pixels = Size.parse(size).orElseThrow();
    return CostModel.predict(
        new Resolved("a", null, pixels, frames, 16, 10, 5, null, null, 1, "1"), measured);
  }
}
