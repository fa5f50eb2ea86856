package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.recovery.Answers;
import dev.kintsugi.core.admission.CostModel;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.NodeStatus;
import dev.kintsugi.protocol.node.Render;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Translates between jobs, plans, nodes and results. */
final class AttemptDetails {

  private AttemptDetails() {}

  /**
   * @param model the name the node knows the model by
   */
  static AttemptRequest request(Claim claim, Plan plan, String model) {
    JobParameters p = claim.job().parameters();
    return new AttemptRequest(
        claim.attemptId(),
        model,
        p.prompt(),
        p.negativePrompt(),
        plan.size().toString(),
        plan.frames(),
        p.fps(),
        plan.steps(),
        p.guidanceScale(),
        p.guidanceScale2(),
        p.flowShift(),
        plan.seed(),
        claim.job().traceId(),
        options(plan));
  }

  /** Null for the node's usual way. */
  private static @Nullable AttemptOptions options(Plan plan) {
    Plan.Checkpoint resume = plan.resume();
    AttemptOptions options =
        new AttemptOptions(
            resume == null ? null : resume.sha256(),
            plan.avoidExpert(),
            plan.still() ? Render.STILL_MOTION : null,
            null);
    return options.equals(AttemptOptions.NONE) ? null : options;
  }

  static boolean resumes(AttemptRequest request) {
    return request.run() != null && request.run().resumeFrom() != null;
  }

  /** The same attempt from its first step. */
  static AttemptRequest anew(AttemptRequest r) {
    AttemptOptions run = r.run();
    return new AttemptRequest(
        r.id(),
        r.model(),
        r.prompt(),
        r.negativePrompt(),
        r.size(),
        r.numFrames(),
        r.fps(),
        r.numInferenceSteps(),
        r.guidanceScale(),
        r.guidanceScale2(),
        r.flowShift(),
        r.seed(),
        r.traceId(),
        run == null
            ? null
            : new AttemptOptions(null, run.avoidExpert(), run.render(), run.checkpointEvery()));
  }

  /** The node's own name for the model; the public one where it has not said. */
  static String modelOf(NodeSight sight, Job job, Plan plan) {
    NodeStatus status = sight.status();
    if (status == null) {
      return job.model();
    }
    return plan.lite() && status.liteModel() != null ? status.liteModel().model() : status.model();
  }

  static String version(NodeSight sight, FleetNode node, Plan plan) {
    NodeStatus status = sight.status();
    if (status == null) {
      return node.revision();
    }
    return plan.lite() && status.liteModel() != null
        ? status.liteModel().version()
        : status.version();
  }

  /** Of the weights that an attempt runs with; empty text where the node has not said. */
  static String digest(NodeSight sight, Plan plan) {
    NodeStatus status = sight.status();
    if (status == null) {
      return "";
    }
    return plan.lite() && status.liteModel() != null
        ? status.liteModel().digest()
        : status.digest();
  }

  static OptionalDouble stepSeconds(NodeSight sight, Plan plan) {
    NodeStatus status = sight.status();
    if (status == null) {
      return OptionalDouble.empty();
    }
    Map<String, Double> measured =
        plan.lite() && status.liteModel() != null
            ? status.liteModel().stepSeconds()
            : status.stepSeconds();
    return CostModel.secondsPerStep(plan.size(), plan.still() ? 1 : plan.frames(), measured);
  }

  /**
   * What an attempt was, and with what it was made.
   *
   * @param before the job's attempts, the completed one included
   * @param model public name, or that of the smaller model
   * @param held how long the attempt held its slot under this replica
   * @param note what else the customer should know; empty when nothing
   */
  record Made(
      Plan plan, List<Attempt> before, String model, String version, Duration held, String note) {

    Made after(List<Attempt> attempts) {
      return new Made(plan, attempts, model, version, held, note);
    }
  }

  static Result result(Claim claim, AttemptStatus status, Made made, Duration retention) {
    Plan plan = made.plan();
    String substituted =
        status.substitutedExpert() == null ? plan.avoidExpert() : status.substitutedExpert();
    boolean degraded = plan.rung().degraded() || substituted != null;
    Video.Delivered delivered =
        new Video.Delivered(
            plan.size().toString(),
            plan.frames(),
            claim.job().parameters().fps(),
            plan.steps(),
            made.model(),
            made.version(),
            plan.seed(),
            claim.attempt().number(),
            degraded,
            reason(claim.job(), made, substituted),
            step(plan, substituted),
            substituted);
    Map<String, Double> stages =
        status.stageDurations() == null ? Map.of() : status.stageDurations();
    double gpuSeconds =
        Math.max(
            made.held().toMillis() / 1000.0,
            stages.values().stream().mapToDouble(Double::doubleValue).sum());
    return new Result(
        delivered,
        stages,
        status.artifacts() == null ? List.of() : status.artifacts(),
        gpuSeconds,
        retention,
        status.score(),
        degraded ? null : Answers.reusable(claim.job()));
  }

  /** A node that keeps an expert from its steps takes the job down a step by itself. */
  private static @Nullable String step(Plan plan, @Nullable String substituted) {
    if (substituted != null && !plan.rung().degraded()) {
      return Rung.AROUND_EXPERT.wireName();
    }
    return plan.rung() == Rung.AS_ASKED ? null : plan.rung().wireName();
  }

  private static @Nullable String reason(Job job, Made made, @Nullable String substituted) {
    List<String> parts = new ArrayList<>();
    String less = less(job.parameters(), made, substituted);
    if (!less.isEmpty()) {
      parts.add(less + ".");
    }
    if (!made.note().isEmpty()) {
      parts.add(made.note() + ".");
    }
    String history = History.of(made.before(), null);
    if (!history.isEmpty()) {
      parts.add(history);
    } else if (made.plan().rung().degraded()) {
      parts.add(History.NOTHING_BETTER);
    }
    return parts.isEmpty() ? null : String.join(" ", parts).strip();
  }

  /** In what the clip is less than what was asked, or other. */
  private static String less(JobParameters p, Made made, @Nullable String substituted) {
    Plan plan = made.plan();
    List<String> parts = new ArrayList<>();
    if (plan.still()) {
      parts.add("one generated frame with a moving camera");
    }
    if (plan.lite()) {
      parts.add("the smaller model " + made.model());
    }
    if (plan.steps() != p.steps()) {
      parts.add("%d of %d steps".formatted(plan.steps(), p.steps()));
    }
    if (plan.frames() != p.numFrames()) {
      parts.add("%d of %d frames".formatted(plan.frames(), p.numFrames()));
    }
    if (plan.size().width() != p.width() || plan.size().height() != p.height()) {
      parts.add("%s instead of %dx%d".formatted(plan.size(), p.width(), p.height()));
    }
    if (substituted != null) {
      parts.add("one expert doing the steps of expert %s too".formatted(substituted));
    }
    if (plan.seed() != p.seed()) {
      parts.add("seed %d instead of %d".formatted(plan.seed(), p.seed()));
    }
    return parts.isEmpty() ? "" : "Made with " + String.join(", ", parts);
  }
}
