package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.rollout.WeightsReview.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsReviewTest {
  private static final Node GOOD = new Node("studio/a", "d1", "d1");
  private static final Node WRONG = new Node("studio/b", "d1", "d2");

  @Test
  void nothingIsSaidOfAVersionThatCanRunSomewhereOrIsNotThereYet() {
    assertThat(WeightsReview.wrong(List.of())).isEmpty();
    assertThat(WeightsReview.wrong(List.of(GOOD))).isEmpty();
    assertThat(WeightsReview.wrong(List.of(GOOD, WRONG))).isEmpty();
  }

  @Test
  void aVersionThatRunsNowhereIsNamedWithBothDigests() {
    assertThat(WeightsReview.wrong(List.of(WRONG, WRONG)))
        .hasValueSatisfying(
            said -> assertThat(said).contains("studio/b loaded d2, not d1", "spec.model.digest"));
  }
}
