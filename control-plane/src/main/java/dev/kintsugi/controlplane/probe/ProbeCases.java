package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.cases.CaseRecorder;
import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Tried;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Tells the ledger of a node that goes out of dispatch. */
@Singleton
class ProbeCases {

  private final CaseRecorder recorder;
  private final ProbeBoard board;

  ProbeCases(CaseRecorder recorder, ProbeBoard board) {
    this.recorder = recorder;
    this.board = board;
  }

  /**
   * @param failures probes that failed in a row, the last one included
   */
  void out(
      RegisteredService service,
      FleetNode node,
      AttemptRequest request,
      ProbeResult last,
      int failures,
      Duration took,
      Instant now) {
    FailureClass failure = Objects.requireNonNull(last.failure());
    Attribution blame =
        Attribution.decide(
                List.of(tried(node, request, failure, last, took)), around(service, node, failures))
            .attribution();
    recorder.record(
        new NewCase(
            NewCase.Kind.PROBE_FAILED,
            request.id(),
            null,
            failure.name(),
            blame.name().toLowerCase(Locale.ROOT),
            "",
            "%d probes in a row failed, the last one: %s".formatted(failures, last.message()),
            node.nodeId(),
            node.revision(),
            last.context(),
            Map.of(
                "service", service.key(),
                "model", service.state().model(),
                "prompt", request.prompt(),
                "size", request.size(),
                "num_frames", Integer.toString(request.numFrames()),
                "num_inference_steps", Integer.toString(request.numInferenceSteps()),
                "seed", Integer.toString(request.seed()),
                "failures", Integer.toString(failures)),
            now));
  }

  private static Tried tried(
      FleetNode node, AttemptRequest r, FailureClass failure, ProbeResult last, Duration took) {
    Size size = Size.parse(r.size()).orElseThrow();
    return new Tried(
        Plan.asAsked(new Plan.Asked(size, r.numFrames(), r.numInferenceSteps(), r.seed())),
        Cause.valueOf(failure.name()),
        node.nodeId(),
        last.context() == null ? null : last.context().expert(),
        last.context() == null ? 0 : last.context().step(),
        took.toMillis() / 1000.0);
  }

  /** Probes of the revision's other nodes stand for the jobs that a case of a job looks at. */
  private Attribution.Surroundings around(RegisteredService service, FleetNode node, int failures) {
    int failed = failures;
    int failing = 1;
    int good = 0;
    for (FleetNode other : service.nodes()) {
      if (other.nodeId().equals(node.nodeId()) || !other.revision().equals(node.revision())) {
        continue;
      }
      StoredProbe probe = board.of(other.nodeId()).orElse(null);
      if (probe != null && probe.history().failures() > 0) {
        failed += probe.history().failures();
        failing++;
      } else if (probe != null && probe.passed()) {
        good++;
      }
    }
    return new Attribution.Surroundings(failures, failed, failing, good, good);
  }
}
