package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.core.admission.CostModel;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Translates between jobs, nodes and results. */
final class AttemptDetails {

  private AttemptDetails() {}

  /**
   * @param model the name the node knows its model by
   */
  static AttemptRequest request(Claim claim, String model) {
    JobParameters p = claim.job().parameters();
    return new AttemptRequest(
        claim.attemptId(),
        model,
        p.prompt(),
        p.negativePrompt(),
        size(p),
        p.numFrames(),
        p.fps(),
        p.steps(),
        p.guidanceScale(),
        p.guidanceScale2(),
        p.flowShift(),
        p.seed(),
        claim.job().traceId(),
        null);
  }

  /** The node's own name for its model; the public one where it has not said. */
  static String modelOf(NodeSight sight, Job job) {
    return sight.status() == null ? job.model() : sight.status().model();
  }

  static String version(NodeSight sight, FleetNode node) {
    return sight.status() == null ? node.revision() : sight.status().version();
  }

  static OptionalDouble stepSeconds(NodeSight sight, Job job) {
    if (sight.status() == null) {
      return OptionalDouble.empty();
    }
    JobParameters p = job.parameters();
    return CostModel.secondsPerStep(
        new Size(p.width(), p.height()), p.numFrames(), sight.status().stepSeconds());
  }

  /**
   * @param before the job's attempts, the completed one included
   * @param held how long the attempt held its slot under this replica
   */
  static Result result(
      Claim claim,
      AttemptStatus status,
      List<Attempt> before,
      String version,
      Duration held,
      Duration retention) {
    JobParameters p = claim.job().parameters();
    Video.Delivered delivered =
        new Video.Delivered(
            size(p),
            p.numFrames(),
            p.fps(),
            p.steps(),
            claim.job().model(),
            version,
            p.seed(),
            claim.attempt().number(),
            false,
            whyAgain(before));
    Map<String, Double> stages =
        status.stageDurations() == null ? Map.of() : status.stageDurations();
    double gpuSeconds =
        Math.max(
            held.toMillis() / 1000.0,
            stages.values().stream().mapToDouble(Double::doubleValue).sum());
    return new Result(
        delivered,
        stages,
        status.artifacts() == null ? List.of() : status.artifacts(),
        gpuSeconds,
        retention);
  }

  private static @Nullable String whyAgain(List<Attempt> attempts) {
    String reasons =
        attempts.stream()
            .filter(attempt -> !attempt.live())
            .map(
                attempt ->
                    "attempt %d on %s: %s, %s"
                        .formatted(
                            attempt.number(),
                            attempt.nodeId(),
                            attempt.outcome(),
                            attempt.message()))
            .collect(Collectors.joining("; "));
    return reasons.isEmpty() ? null : reasons;
  }

  private static String size(JobParameters p) {
    return p.width() + "x" + p.height();
  }
}
