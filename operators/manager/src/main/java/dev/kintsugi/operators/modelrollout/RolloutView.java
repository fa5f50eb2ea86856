package dev.kintsugi.operators.modelrollout;

import dev.kintsugi.core.service.JobEvidence;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServiceObservation;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.fleet.FleetReport;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pass over a service sees of its rollouts.
 *
 * @param rollouts as the cache has them, those of others included
 * @param described revisions by name, as their Deployments describe them
 */
public record RolloutView(
    DiffusionService service,
    ServiceAsk ask,
    ServiceObservation seen,
    FleetReport fleet,
    List<ModelRollout> rollouts,
    Map<String, Revision> described) {

  public RolloutView {
    rollouts = List.copyOf(rollouts);
    described = Map.copyOf(described);
  }

  /** What the control plane says of a rollout; null for nothing. */
  @Nullable RolloutEvidence said(String rollout) {
    var report = fleet.rollout();
    return report != null && report.evidence().rollout().equals(rollout) ? report.evidence() : null;
  }

  JobEvidence evidence(String rollout) {
    var report = fleet.rollout();
    var said = said(rollout);
    return new JobEvidence(
        fleet.heard(),
        report == null || said == null ? null : ModelRollouts.judgement(said, report.step()));
  }
}
