package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.XidImpact;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one way a fault of the GPU takes, whoever reports it. */
@Singleton
public final class GpuFaults {
  private final AttemptService attempts;
  private final NodeEvents events;
  private final Circumstances circumstances;

  GpuFaults(AttemptService attempts, NodeEvents events, Circumstances circumstances) {
    this.attempts = attempts;
    this.events = events;
    this.circumstances = circumstances;
  }

  /**
   * The GPU reported a fault. The attempt on it, if any, ends as {@link FailureClass#GPU_FAULT},
   * unless the driver only noted something.
   *
   * @param xid NVIDIA's number
   * @param source who says so, such as {@code nvml}
   */
  public void report(int xid, String source) {
    XidImpact impact = XidImpact.of(xid);
    @Nullable Attempt attempt = attempts.inEngine().filter(a -> !a.terminal()).orElse(null);
    Map<String, String> details =
        circumstances.of(attempt, Map.of("xid", xid, "impact", impact, "source", source));
    String message = "the GPU reported Xid " + xid;
    if (attempt != null && impact != XidImpact.NOTED) {
      boolean ignored = attempts.giveUp(attempt, FailureClass.GPU_FAULT, message, xid);
    }
    events.add(Kind.XID, message, attempt == null ? null : attempt.id(), details);
  }
}
