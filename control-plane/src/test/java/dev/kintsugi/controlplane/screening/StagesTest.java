package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.screening.Said.Why;
import dev.kintsugi.controlplane.screening.Stages.Passage;
import dev.kintsugi.controlplane.screening.Stages.Skip;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagesTest {

  private static final Duration AMPLE = Duration.ofMinutes(1);

  private final Meters meters = new Meters();
  private final CountDownLatch release = new CountDownLatch(1);
  private Stages stages = stages(Duration.ofMillis(20));

  @AfterEach
  void stop() {
    release.countDown();
    stages.close();
  }

  private Stages stages(Duration novelty) {
    return new Stages(
        meters, Map.of(Stage.RULES, AMPLE, Stage.NOVELTY, novelty, Stage.TOKENS, AMPLE), 1, 1);
  }

  private double skips(String stage, String reason) {
    return meters.counter(AdmissionCatalogue.PROMPT_STAGE_SKIPS).labelValues(stage, reason).get();
  }

  /** On a busy machine, a budget may be over before a thread has begun: then with a longer one. */
  private Passage first() {
    for (Duration budget = Duration.ofMillis(40); ; budget = budget.multipliedBy(2)) {
      AtomicBoolean begun = new AtomicBoolean();
      Passage first = stages.begin();
      assertThat(first.take(Stage.NOVELTY, () -> stuck(begun))).isEmpty();
      if (begun.get()) {
        return first;
      }
      stages.close();
      stages = stages(budget);
    }
  }

  /** Native code does not hear an interrupt either. */
  private Said<String> stuck(AtomicBoolean begun) {
    begun.set(true);
    boolean waiting = true;
    while (waiting) {
      try {
        release.await();
        waiting = false;
      } catch (InterruptedException e) {
        // Nobody is asked to stop.
      }
    }
    return new Said.Word<>("late");
  }

  @Test
  void aStageThatIsStuckIsPassedAndTakesNobodyElse() {
    Passage first = first();
    assertThat(first.skips()).containsExactly(new Skip("novelty", Why.SLOW));

    Passage second = stages.begin();
    assertThat(second.take(Stage.NOVELTY, () -> new Said.Word<>("never"))).isEmpty();
    assertThat(second.skips()).as("it waited").containsExactly(new Skip("novelty", Why.SLOW));
    Passage third = stages.begin();
    assertThat(third.take(Stage.NOVELTY, () -> new Said.Word<>("never"))).isEmpty();
    assertThat(third.skips())
        .as("one is at it and one waits")
        .containsExactly(new Skip("novelty", Why.BUSY));
    assertThat(third.take(Stage.RULES, () -> new Said.Word<>("word"))).contains("word");

    stages.count(first);
    stages.count(third);
    assertThat(skips("novelty", "slow")).isEqualTo(1);
    assertThat(skips("novelty", "busy")).isEqualTo(1);
    assertThat(skips("tokens", "unavailable")).as("there from the start").isZero();
  }

  @Test
  void aStageThatBreaksOrHasNothingToSayIsPassed() {
    Passage passage = stages.begin();
    assertThat(
            passage.<String>take(
                Stage.RULES,
                () -> {
                  throw new StackOverflowError();
                }))
        .isEmpty();
    assertThat(passage.take(Stage.TOKENS, () -> new Said.Nothing<String>(Why.UNAVAILABLE)))
        .isEmpty();
    assertThat(passage.skips())
        .containsExactly(new Skip("rules", Why.DEFECT), new Skip("tokens", Why.UNAVAILABLE));
    assertThat(passage.skipped(Stage.RULES)).isTrue();
    assertThat(passage.skipped(Stage.NOVELTY)).isFalse();
  }

  @Test
  void budgetsAreCheckedWhenTheyAreRead() {
    assertThatThrownBy(() -> new StageSettings(null, null, null, Duration.ofMinutes(1)))
        .hasMessageContaining("kintsugi.screening.budget.novelty must be 1ms to 10s");
    assertThat(StageSettings.USUAL.budgets())
        .containsEntry(Stage.NOVELTY, Duration.ofMillis(50))
        .containsEntry(Stage.TOKENS, Duration.ofMillis(250));
  }
}
