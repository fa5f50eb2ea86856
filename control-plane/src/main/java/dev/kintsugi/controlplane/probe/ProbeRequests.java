package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.probe.ProbeShape;
import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus;
import java.time.Instant;
import java.util.UUID;

/** What a node is asked for as a probe. */
final class ProbeRequests {

  /** Always the same: a node that worked once makes the same clip again. */
  private static final int SEED = 7;

  private ProbeRequests() {}

  /** For the main model of the node, with its usual guidance; nothing is kept to resume from. */
  static AttemptRequest of(String prompt, NodeStatus status, Instant now) {
    NodeStatus.ModelLimits limits = status.limits();
    ProbeShape shape =
        ProbeShape.of(
            Size.parse(limits.defaultSize())
                .orElse(new Size(limits.maxWidth(), limits.maxHeight())),
            limits.defaultFrames(),
            limits.defaultSteps());
    UUID id = Ids.next(now);
    return new AttemptRequest(
        AttemptRequest.PROBE_PREFIX + Ids.hex(id),
        status.model(),
        prompt,
        null,
        shape.size().toString(),
        shape.frames(),
        limits.defaultFps(),
        shape.steps(),
        limits.defaultGuidanceScale(),
        null,
        null,
        SEED,
        Ids.hex(id),
        new AttemptOptions(null, null, null, 0));
  }
}
