package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.service.RolloutPhase;
import dev.kintsugi.core.service.RolloutState;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServiceJudge;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rollouts mean for a service now.
 *
 * @param ask what is to be made: stable goes on where the asked revision was refused
 * @param state of the rollout under way; null while there is none
 * @param rollout the one under way, or the one that refused the asked revision; null for neither
 */
public record RolloutCourse(
    ServiceAsk ask, @Nullable RolloutState state, @Nullable ModelRollout rollout) {

  /** No rollout has a say. */
  public static RolloutCourse none(ServiceAsk ask) {
    return new RolloutCourse(ask, null, null);
  }

  public @Nullable String name() {
    return rollout == null ? null : rollout.getMetadata().getName();
  }

  /** Revisions that it knows how to make. */
  public List<Revision> revisions() {
    if (rollout == null) {
      return List.of();
    }
    var spec = rollout.getSpec();
    return state == null ? List.of(spec.from()) : List.of(spec.from(), spec.to());
  }

  /** For {@code kubectl get}: what the canary gets; null while there is nothing to tell. */
  public @Nullable String canary() {
    if (rollout == null) {
      return null;
    }
    if (state == null || state.phase() == RolloutPhase.ROLLING_BACK) {
      return "rolled back";
    }
    return state.weight() + "%";
  }

  /** As conditions tell it: without numbers that change all the time. */
  public ServiceJudge.@Nullable Change change() {
    if (rollout == null) {
      return null;
    }
    String name = rollout.getMetadata().getName();
    if (state == null) {
      return new ServiceJudge.Change(
          false,
          "Revision %s was not taken by %s; revision %s serves. Change the spec, or annotate %s with %s=retry."
              .formatted(
                  rollout.getSpec().to().revision(),
                  name,
                  ask.revision(),
                  name,
                  ModelRollout.ACTION));
    }
    return new ServiceJudge.Change(
        true,
        "%s is %s at step %d of %d: revision %s gets %d%%, revision %s the rest."
            .formatted(
                name,
                state.phase().text(),
                state.step() + 1,
                state.policy().steps().size(),
                state.canary(),
                state.weight(),
                state.stable()));
  }

  /** As the control plane is told. */
  public ServiceState.@Nullable Rollout wire() {
    return rollout == null || state == null ? null : ModelRollouts.wire(rollout, state);
  }
}
