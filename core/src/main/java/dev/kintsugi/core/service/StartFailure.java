package dev.kintsugi.core.service;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a canary does not start. */
record StartFailure(RolloutReason reason, String message) {

  /** A container that was started so often and is still not ready does not need the whole time. */
  static final int CRASHES = 3;

  /**
   * @param clockTrusted a wait may be measured; restarts are counted in any case
   * @return empty while it may still start
   */
  static Optional<StartFailure> of(
      RolloutState state,
      ServiceAsk ask,
      ServiceObservation seen,
      boolean clockTrusted,
      Instant now) {
    List<PodNode> starting =
        seen.nodes().stream()
            .filter(node -> node.group().revision().equals(state.canary()))
            .filter(node -> !node.ready() && !node.stopping())
            .toList();
    Optional<StartFailure> crash =
        starting.stream()
            .filter(node -> node.restarts() >= CRASHES)
            .findFirst()
            .map(StartFailure::crashes);
    if (crash.isPresent() || !clockTrusted) {
      return crash;
    }
    Duration bound = ask.startBound();
    return starting.stream()
        .filter(node -> longer(node.notReadySince(), bound, now))
        .findFirst()
        .map(node -> late(node, bound))
        .or(() -> unmade(state, ask, seen, now));
  }

  private static StartFailure crashes(PodNode node) {
    return new StartFailure(
        RolloutReason.CANARY_CRASHES,
        "%s was restarted %d times and is not ready.%s"
            .formatted(node.name(), node.restarts(), problem(node)));
  }

  private static StartFailure late(PodNode node, Duration bound) {
    return new StartFailure(
        RolloutReason.CANARY_NEVER_READY,
        "%s is not ready after %d s.%s".formatted(node.name(), bound.toSeconds(), problem(node)));
  }

  /** A quota, or an admission webhook: there is a Deployment and no pod. */
  private static Optional<StartFailure> unmade(
      RolloutState state, ServiceAsk ask, ServiceObservation seen, Instant now) {
    Duration bound = ask.startBound().plus(ask.drainBound());
    boolean asked =
        seen.groups().stream()
            .anyMatch(g -> g.key().revision().equals(state.canary()) && g.replicas() > 0);
    boolean none =
        seen.nodes().stream().noneMatch(n -> n.group().revision().equals(state.canary()));
    return state.phase() == RolloutPhase.PENDING
            && asked
            && none
            && longer(state.since(), bound, now)
        ? Optional.of(
            new StartFailure(
                RolloutReason.CANARY_NEVER_READY,
                "Kubernetes made no pod in %d s; describe the ReplicaSet of revision %s."
                    .formatted(bound.toSeconds(), state.canary())))
        : Optional.empty();
  }

  private static boolean longer(@Nullable Instant since, Duration bound, Instant now) {
    return since != null && Duration.between(since, now).compareTo(bound) > 0;
  }

  /** Silence is said too: who reads this at night need not look for a reason that nobody gave. */
  private static String problem(PodNode node) {
    return node.problem() == null
        ? " Neither it nor Kubernetes has said why; see its log."
        : " " + node.problem();
  }
}
