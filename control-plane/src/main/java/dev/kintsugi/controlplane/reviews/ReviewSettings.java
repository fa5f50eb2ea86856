package dev.kintsugi.controlplane.reviews;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings under {@code kintsugi.reviews}.
 *
 * @param decideWithin time for a person's decision, a second to 30 days; without one the video
 *     fails
 * @param mostPending prompts of a service that may wait for a decision, 1 to 100,000
 * @param retention of reviews, after the videos themselves are gone
 */
@ConfigurationProperties("kintsugi.reviews")
public record ReviewSettings(
    @Bindable(defaultValue = "24h") Duration decideWithin,
    @Bindable(defaultValue = "1000") int mostPending,
    @Bindable(defaultValue = "180d") Duration retention) {

  private static final Duration LONGEST = Duration.ofDays(30);

  public ReviewSettings {
    if (decideWithin.compareTo(Duration.ofSeconds(1)) < 0 || decideWithin.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "kintsugi.reviews.decide-within must be 1s to 30d, but is " + decideWithin);
    }
    if (mostPending < 1 || mostPending > 100_000) {
      throw new IllegalArgumentException(
          "kintsugi.reviews.most-pending must be 1 to 100000, but is " + mostPending);
    }
    if (retention.compareTo(LONGEST) < 0) {
      throw new IllegalArgumentException(
          "kintsugi.reviews.retention must be 30d or more, but is " + retention);
    }
  }
}
