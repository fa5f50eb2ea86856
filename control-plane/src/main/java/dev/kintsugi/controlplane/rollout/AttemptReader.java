package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.LedgerAttempt;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.AttemptFacts;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads rows of the ledger as facts of a rollout between two revisions. */
record AttemptReader(String stable, String canary) {

  Optional<Arm> arm(String revision) {
    if (revision.equals(canary)) {
      return Optional.of(Arm.CANARY);
    }
    return revision.equals(stable) ? Optional.of(Arm.STABLE) : Optional.empty();
  }

  /** Empty for a revision that is neither. */
  Optional<AttemptFacts> facts(LedgerAttempt row) {
    return arm(row.attempt().revision()).map(arm -> facts(row, arm));
  }

  private static AttemptFacts facts(LedgerAttempt row, Arm arm) {
    Attempt attempt = row.attempt();
    Instant ended = Objects.requireNonNull(attempt.endedAt());
    boolean made = Attempt.COMPLETED.equals(attempt.outcome());
    return new AttemptFacts(
        attempt.id(),
        attempt.jobId(),
        arm,
        attempt.nodeId(),
        attempt.startedAt(),
        ended,
        made ? null : Situations.cause(String.valueOf(attempt.outcome())),
        blame(attempt.attribution()),
        row.deadline(),
        made && (row.degraded() || lesser(attempt.plan())),
        made ? pace(row, ended) : Double.NaN,
        made && !lesser(attempt.plan()) ? row.score() : Double.NaN);
  }

  private static boolean lesser(@Nullable Plan plan) {
    return plan != null && plan.rung().degraded();
  }

  private static double pace(LedgerAttempt row, Instant ended) {
    Plan plan = row.attempt().plan();
    double pace = Situations.seconds(row.attempt().startedAt(), ended) / row.cost();
    boolean whole = !lesser(plan) && (plan == null || plan.resume() == null);
    return whole && pace > 0 && pace < Double.POSITIVE_INFINITY ? pace : Double.NaN;
  }

  private static @Nullable Attribution blame(@Nullable String name) {
    return Arrays.stream(Attribution.values())
        .filter(blame -> blame.name().equals(name))
        .findFirst()
        .orElse(null);
  }
}
