package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.core.rollout.ShadowPair.Seconds;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShadowSummaryTest {

  private static ShadowPair pair(@Nullable Ending ending, double canary, @Nullable Likeness like) {
    return new ShadowPair(ending, new Seconds(10, 1.0), new Seconds(canary, null), like);
  }

  @Test
  void nothingIsKnownOfNoPairs() {
    ShadowSummary none = ShadowSummary.of(List.of(), 0.05);
    assertThat(none.ended()).hasSize(Ending.values().length).containsEntry(Ending.DEFECT, 0);
    assertThat(none.waiting()).isZero();
    assertThat(none.leastPsnrDb()).isEmpty();
    assertThat(none.medianPsnrDb()).isEmpty();
    assertThat(none.time()).isEmpty();
  }

  @Test
  void onlyMadeClipsTellOfTimeAndOnlyComparedOnesOfLikeness() {
    ShadowSummary seen =
        ShadowSummary.of(
            List.of(
                pair(Ending.MADE, 10, new Likeness(100, 100)),
                pair(Ending.MADE, 20, new Likeness(30, 20)),
                pair(Ending.MADE, 11, null),
                pair(Ending.DEFECT, 1, null),
                pair(null, 1, null)),
            0.05);
    assertThat(seen.ended())
        .containsEntry(Ending.MADE, 3)
        .containsEntry(Ending.DEFECT, 1)
        .containsEntry(Ending.FAILED, 0);
    assertThat(seen.waiting()).isEqualTo(1);
    assertThat(seen.leastPsnrDb()).hasValue(30);
    assertThat(seen.medianPsnrDb()).hasValue(65);
    assertThat(seen.time())
        .hasValueSatisfying(
            time -> {
              assertThat(time.pairs()).isEqualTo(3);
              assertThat(time.median()).isEqualTo(1.1);
              assertThat(time.bounds()).isEmpty();
            });
    assertThat(seen.stepTime()).as("the canary's nodes did not say").isEmpty();
  }
}
