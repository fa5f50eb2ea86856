package dev.kintsugi.core.service;

import dev.kintsugi.core.service.ServiceAsk.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a change of the spec begins a rollout. */
public sealed interface RolloutStart {

  /** Nothing to do, or nothing that could be compared with: the revision replaces at once. */
  record None() implements RolloutStart {}

  /**
   * @param wanted pods of each pool, of both revisions together
   */
  record Begin(String stable, Map<String, Integer> wanted) implements RolloutStart {}

  /**
   * The asked revision was rolled back or aborted and is not tried again: stable goes on.
   *
   * @param rollout name of the one that ended so
   */
  record Refused(String rollout, String stable) implements RolloutStart {}

  /**
   * The newest rollout that has ended.
   *
   * @param asked it went to what the spec asks for now
   * @param forgiven the spec asked for something else since
   */
  record Past(String name, String stable, RolloutPhase phase, boolean asked, boolean forgiven) {}

  static RolloutStart decide(
      ServiceAsk ask,
      ServiceObservation seen,
      @Nullable String stable,
      @Nullable Past newest,
      Instant now) {
    if (ask.held() || ask.deleting() || stable == null || stable.equals(ask.revision())) {
      return new None();
    }
    if (newest != null
        && newest.phase().refused()
        && newest.asked()
        && !newest.forgiven()
        && newest.stable().equals(stable)) {
      return new Refused(newest.name(), stable);
    }
    Map<String, Integer> wanted =
        ask.pools().stream().collect(Collectors.toMap(Pool::name, Pool::replicas, (a, _) -> a));
    boolean dead = seen.nodes().stream().noneMatch(node -> alive(node, stable, ask, now));
    boolean gone = seen.groups().stream().noneMatch(g -> g.key().revision().equals(stable));
    return dead || gone || RolloutSlots.total(wanted) == 0 ? new None() : new Begin(stable, wanted);
  }

  /** A revision that serves nobody for long is no baseline, and whoever mends it must not wait. */
  private static boolean alive(PodNode node, String stable, ServiceAsk ask, Instant now) {
    return node.group().revision().equals(stable)
        && (node.ready()
            || node.notReadySince() == null
            || Duration.between(node.notReadySince(), now).compareTo(ask.startBound()) <= 0);
  }
}
