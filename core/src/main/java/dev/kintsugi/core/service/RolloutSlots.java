package dev.kintsugi.core.service;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many pods each revision should have in each pool while a rollout runs.
 *
 * @param wanted pods that customers are promised
 * @param surge pods above it, while slots are swapped
 * @param canary target by pool
 * @param stable target by pool; together at least one slot until the bake is over
 */
record RolloutSlots(
    int wanted,
    int surge,
    Map<String, Integer> canary,
    Map<String, Integer> stable,
    int canaryReady,
    int stableReady) {

  static RolloutSlots of(RolloutState state, ServiceAsk ask, ServiceObservation seen) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    ask.pools()
        .forEach(
            pool ->
                sizes.put(
                    pool.name(),
                    pool.within(state.wanted().getOrDefault(pool.name(), pool.replicas()))));
    int wanted = total(sizes);
    RolloutPolicy policy = state.policy();
    int surge = policy.atOnce() ? wanted : Math.max(policy.maxSurge(), wanted == 1 ? 1 : 0);
    boolean back = state.phase() == RolloutPhase.ROLLING_BACK;
    Map<String, Integer> canary =
        spread(sizes, back ? 0 : canaryTotal(state, wanted, wanted + surge));
    boolean whole = policy.atOnce() && state.bakeSince() == null;
    Map<String, Integer> stable = whole ? sizes : beside(sizes, canary, Math.min(1, surge));
    return new RolloutSlots(
        wanted,
        surge,
        canary,
        stable,
        staying(seen, state.canary()),
        staying(seen, state.stable()));
  }

  /** Pods there may be at once, those that stop included. */
  int limit() {
    return wanted + surge;
  }

  /** Ready pods that no swap goes below. */
  int floor() {
    return surge == 0 ? wanted - 1 : wanted;
  }

  int canaryTotal() {
    return total(canary);
  }

  boolean canaryUp() {
    return canaryReady >= canaryTotal();
  }

  /** The canary's part of the ready pods, percent. */
  int canaryShare() {
    int ready = canaryReady + stableReady;
    return ready == 0 ? 0 : 100 * canaryReady / ready;
  }

  private static int canaryTotal(RolloutState state, int wanted, int limit) {
    if (wanted == 0) {
      return 0;
    }
    if (state.bakedAt() != null) {
      return wanted;
    }
    boolean all = state.bakeSince() != null;
    int weight = all ? 100 : state.policy().weight(state.step());
    int asked = Math.ceilDiv(weight * wanted, 100);
    // One slot stays with stable, so that going back never waits for a load.
    return Math.clamp(asked, 1, Math.max(1, limit - 1));
  }

  /** What the canary leaves; a pod above the wanted number is one of stable that stays. */
  private static Map<String, Integer> beside(
      Map<String, Integer> sizes, Map<String, Integer> canary, int surge) {
    Map<String, Integer> targets = new LinkedHashMap<>();
    int extra = surge;
    for (var pool : sizes.entrySet()) {
      int taken = canary.getOrDefault(pool.getKey(), 0);
      int kept = Math.min(taken, extra);
      extra -= kept;
      targets.put(pool.getKey(), pool.getValue() - taken + kept);
    }
    return targets;
  }

  /** Each next slot goes to the pool that is furthest behind its part (Sainte-Laguë). */
  private static Map<String, Integer> spread(Map<String, Integer> sizes, int slots) {
    Map<String, Integer> given = new LinkedHashMap<>();
    sizes.keySet().forEach(pool -> given.put(pool, 0));
    for (int slot = 0; slot < slots; slot++) {
      given.entrySet().stream()
          .filter(pool -> pool.getValue() < sizes.getOrDefault(pool.getKey(), 0))
          .max(
              Comparator.<Map.Entry<String, Integer>>comparingDouble(
                      pool -> sizes.getOrDefault(pool.getKey(), 0) / (2.0 * pool.getValue() + 1))
                  .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
          .ifPresent(pool -> pool.setValue(pool.getValue() + 1));
    }
    return given;
  }

  private static int staying(ServiceObservation seen, String revision) {
    return (int)
        seen.nodes().stream()
            .filter(node -> node.group().revision().equals(revision) && node.stays())
            .filter(node -> seen.serving(node.group()))
            .count();
  }

  static int total(Map<String, Integer> sizes) {
    return sizes.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Pods of every revision that are there or were asked for. */
  static int present(ServiceObservation seen) {
    int pods = seen.nodes().size();
    List<PodGroup> groups = seen.groups();
    for (PodGroup group : groups) {
      pods += Math.max(0, group.replicas() - seen.nodesOf(group.key()).size());
    }
    return pods;
  }
}
