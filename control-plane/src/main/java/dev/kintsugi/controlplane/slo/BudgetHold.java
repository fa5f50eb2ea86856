package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.rollout.RolloutHolds;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.core.slo.BudgetGate;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Holds the rollouts of a service while one of its error budgets is spent. */
@Singleton
@Requires(notEnv = "command")
final class BudgetHold implements RolloutHolds {

  private final Objectives objectives;

  BudgetHold(Objectives objectives) {
    this.objectives = objectives;
  }

  /** A budget that is not known is no reason: what the rollout's own jobs say is judged apart. */
  @Override
  public List<Hold> holds(RegisteredService service, Instant now) {
    return objectives.gate(service.key()).verdict() == BudgetGate.Verdict.SPENT
        ? List.of(Hold.BUDGET_SPENT)
        : List.of();
  }
}
