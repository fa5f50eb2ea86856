package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.core.rollout.VerdictPolicy;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rollout of a service state must satisfy. The ranges are those of the verdict's policy.
 */
final class RolloutRules {

  private static final int LONGEST_NAME = 253;
  private static final double MOST_ERROR = 0.5;
  private static final double LEAST_ERROR = 1e-9;
  private static final double LEAST_REGRESSION = 0.001;
  private static final double MOST_REGRESSION = 0.5;
  private static final double LEAST_SLOWDOWN = 0.02;
  private static final double MOST_SLOWDOWN = 10;
  private static final int MOST_STEPS = 100;
  private static final int MOST_SHADOW_VIDEOS = 100;
  private static final Set<String> STICKY = Set.of("tenant", "user");
  private static final Instant NEWEST_START = Instant.parse("2200-01-01T00:00:00Z");
  private static final long LONGEST_SECONDS = 90L * 24 * 3600;

  private final List<String> problems = new ArrayList<>();

  private RolloutRules() {}

  /**
   * @param revisions names of the state's revisions
   * @return every problem, each naming its field
   */
  static List<String> problems(ServiceState.@Nullable Rollout rollout, Set<String> revisions) {
    RolloutRules rules = new RolloutRules();
    if (rollout != null) {
      rules.check(rollout, revisions);
    }
    return List.copyOf(rules.problems);
  }

  private void check(ServiceState.Rollout r, Set<String> revisions) {
    require(
        r.name() != null && !r.name().isBlank() && r.name().length() <= LONGEST_NAME,
        "name: must be 1 to " + LONGEST_NAME + " characters");
    require(
        revisions.contains(r.stable()), "stable: " + r.stable() + " is not among the revisions");
    require(
        revisions.contains(r.canary()), "canary: " + r.canary() + " is not among the revisions");
    require(
        r.stable() == null || !r.stable().equals(r.canary()),
        "canary: must be another revision than stable");
    require(r.steps() >= 1 && r.steps() <= MOST_STEPS, "steps: must be 1 to " + MOST_STEPS);
    require(r.step() >= 0 && r.step() < r.steps(), "step: must be 0 to steps - 1");
    require(within(r.alpha(), LEAST_ERROR, MOST_ERROR), "alpha: must be 1e-9 to 0.5");
    require(within(r.beta(), LEAST_ERROR, MOST_ERROR), "beta: must be 1e-9 to 0.5");
    require(
        within(r.smallestRegression(), LEAST_REGRESSION, MOST_REGRESSION),
        "smallest_regression: must be 0.001 to 0.5");
    require(
        within(r.smallestSlowdown(), LEAST_SLOWDOWN, MOST_SLOWDOWN),
        "smallest_slowdown: must be 0.02 to 10");
    require(
        r.decideWithinSeconds() >= 1 && r.decideWithinSeconds() <= LONGEST_SECONDS,
        "decide_within_seconds: must be 1 to " + LONGEST_SECONDS);
    require(
        instant(r.startedAt()),
        "started_at: must be an RFC 3339 instant such as 2026-06-01T12:00:00Z");
    require(
        r.shadowVideos() >= 0 && r.shadowVideos() <= MOST_SHADOW_VIDEOS,
        "shadow_videos: must be 0 to " + MOST_SHADOW_VIDEOS);
    require(r.sticky() == null || STICKY.contains(r.sticky()), "sticky: must be tenant or user");
    require(
        r.priceRatio() == null
            || within(
                r.priceRatio(), VerdictPolicy.LEAST_PRICE_RATIO, VerdictPolicy.MOST_PRICE_RATIO),
        "price_ratio: must be 0.01 to 100");
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add("rollout." + problem);
    }
  }

  private static boolean within(double value, double least, double most) {
    return value >= least && value <= most;
  }

  private static boolean instant(@Nullable String text) {
    return ServiceStateRules.instant(text)
        .filter(at -> at.isAfter(Instant.EPOCH) && at.isBefore(NEWEST_START))
        .isPresent();
  }
}
