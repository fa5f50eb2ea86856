package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.learning.Interception.Group;
import dev.kintsugi.core.learning.PromptEvents.Step;
import dev.kintsugi.core.slo.Counts;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Indicator;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.Objective;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.core.slo.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptEventsTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** A rule that is right three times out of four, stopping one prompt in each of 40 minutes. */
  private static List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (int minute = 0; minute < 40; minute++) {
      steps.add(step(minute, new Group("a", RuleStage.ENFORCED, 1, 0, 0)));
    }
    steps.add(step(3, new Group("a", RuleStage.ENFORCED, 0, 3, 1)));
    steps.add(step(4, Group.rest(7, 86)));
    steps.add(new Step(Grain.HOUR, NOON, new Group("a", RuleStage.ENFORCED, 40, 3, 1)));
    steps.add(new Step(Grain.HOUR, NOON, Group.rest(7, 86)));
    return steps;
  }

  private static Step step(int minute, Group done) {
    return new Step(Grain.MINUTE, NOON.plusSeconds(60L * minute), done);
  }

  @Test
  void whatWasStoppedCountsAsFarAsItWouldHaveFailed() {
    Counts counts = PromptEvents.of(Kind.INTERCEPTION_RATE, steps());
    assertThat(counts.hours()).containsValue(new Tally(30 + 10, 10, 0, 0)).hasSize(1);
    assertThat(counts.over(Duration.ofHours(2), NOON.plusSeconds(3_000)))
        .as("rounding loses nothing over time")
        .isEqualTo(new Tally(40, 10, 0, 0));
    Counts good = PromptEvents.of(Kind.PROMPT_FALSE_POSITIVES, steps());
    assertThat(good.hours()).containsValue(new Tally(10 + 87, 10, 0, 0));
    assertThat(good.over(Duration.ofHours(2), NOON.plusSeconds(3_000)))
        .isEqualTo(new Tally(97, 10, 0, 0));
  }

  @Test
  void anObjectiveIsJudgedByThem() {
    Objective objective =
        new Objective(
            new Indicator(Kind.INTERCEPTION_RATE, null, null),
            Kind.INTERCEPTION_RATE.degraded(),
            Kind.INTERCEPTION_RATE.target(),
            Duration.ofDays(1));
    SloReview review =
        SloReview.decide(
            objective, PromptEvents.of(Kind.INTERCEPTION_RATE, steps()), NOON.plusSeconds(9_000));
    assertThat(review.current()).isEqualTo(0.75);
    assertThat(review.state()).isEqualTo(SloReview.State.OK);
  }

  @Test
  void ofNothingNothingIsCounted() {
    Counts counts = PromptEvents.of(Kind.PROMPT_FALSE_POSITIVES, List.of());
    assertThat(counts.hours()).isEmpty();
    assertThat(counts.minutes()).isEmpty();
  }
}
