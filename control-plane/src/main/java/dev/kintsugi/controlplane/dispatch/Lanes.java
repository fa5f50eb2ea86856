package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the revisions of a service may carry now.
 *
 * @param weights by revision; they sum to 100
 */
record Lanes(@Nullable String stable, @Nullable String canary, Map<String, Integer> weights) {

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
        ? new Lanes(null, null, weights)
        : new Lanes(rollout.stable(), rollout.canary(), weights);
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
