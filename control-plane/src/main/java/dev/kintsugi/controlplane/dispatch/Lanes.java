package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.Audience;
import dev.kintsugi.core.dispatch.RevisionShare;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the revisions of a service may carry now.
 *
 * @param weights by revision; they sum to 100
 * @param sticky how customers are divided between the two; null where jobs are
 */
record Lanes(
    @Nullable String stable,
    @Nullable String canary,
    Map<String, Integer> weights,
    @Nullable Sticky sticky) {

  /** So long a job waits for its customer's version. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * Each customer stays with one version.
   *
   * @param seed the rollout's, so that not the same customers are first each time
   */
  record Sticky(Audience.By by, long seed) {

    static @Nullable Sticky of(ServiceState.Rollout rollout) {
      return rollout.sticky() == null
          ? null
          : new Sticky(
              Audience.By.valueOf(rollout.sticky().toUpperCase(Locale.ROOT)),
              rollout.name().hashCode());
    }
  }

  /**
   * @param cut the canary, when it must get no job: the stable version has its part
   */
  static Lanes of(ServiceState state, Optional<String> cut) {
    ServiceState.Rollout rollout = state.rollout();
    @Nullable String off = rollout == null ? null : cut.orElse(null);
    Map<String, Integer> weights = new HashMap<>();
    for (ServiceState.Revision revision : state.revisions()) {
      String carrier =
          rollout != null && revision.name().equals(off) ? rollout.stable() : revision.name();
      weights.merge(carrier, revision.weight(), Integer::sum);
    }
    return rollout == null
        ? new Lanes(null, null, weights, null)
        : new Lanes(rollout.stable(), rollout.canary(), weights, Sticky.of(rollout));
  }

  /**
   * Shares of jobs. Where customers are divided, each version takes all jobs of its own.
   *
   * @param counted by weight
   */
  List<RevisionShare> shares(List<RevisionShare> counted) {
    return sticky == null
        ? counted
        : counted.stream()
            .filter(share -> share.weight() > 0)
            .map(share -> new RevisionShare(share.name(), 1, 0))
            .toList();
  }

  /**
   * Whose jobs a version's nodes take. Where only one version has nodes it takes everybody's, and
   * stable makes nobody wait for long.
   *
   * @param usable revisions with a node that takes jobs
   */
  @Nullable Audience audience(String revision, Set<String> usable) {
    if (sticky == null || stable == null || canary == null) {
      return null;
    }
    if (!usable.contains(stable) || !usable.contains(canary)) {
      return null;
    }
    int border = weights.getOrDefault(canary, 0) * Audience.PLACES / 100;
    return isCanary(revision)
        ? new Audience(sticky.by(), sticky.seed(), 0, border, null)
        : new Audience(sticky.by(), sticky.seed(), border, Audience.PLACES, PATIENCE);
  }

  /** Jobs may go to it. */
  boolean carries(String revision) {
    return weights.getOrDefault(revision, 0) > 0;
  }

  boolean isCanary(String revision) {
    return revision.equals(canary);
  }

  /**
   * A job that failed already is not tried on the canary while the stable version can take it: it
   * must not meet the same fault twice, and the canary must be judged by jobs that came by chance.
   *
   * @param usable revisions with a node that takes jobs
   * @return revisions whose failed jobs the canary leaves alone
   */
  Set<String> notForCanary(Set<String> usable) {
    boolean stableTakes = stable != null && usable.contains(stable) && carries(stable);
    return stableTakes && canary != null ? Set.of(stable, canary) : Set.of();
  }
}
