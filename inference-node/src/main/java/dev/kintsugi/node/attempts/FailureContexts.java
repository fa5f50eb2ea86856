package dev.kintsugi.node.attempts;

import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureContext;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Where an attempt is at this moment, for whoever wants to do its failure again. */
@Singleton
final class FailureContexts {
  private final DeviceMonitor device;
  private final AttemptFaults faults;

  FailureContexts(DeviceMonitor device, AttemptFaults faults) {
    this.device = device;
    this.faults = faults;
  }

  /**
   * @param xid NVIDIA's number where a GPU fault ends it
   */
  FailureContext of(Attempt attempt, @Nullable Integer xid) {
    AttemptStatus status = attempt.status();
    ModelCard model = attempt.model();
    return new FailureContext(
        status.phase(),
        status.expert(),
        status.step(),
        status.steps(),
        model.name(),
        model.version(),
        model.digest(),
        device.readings(),
        xid,
        status.quality(),
        faults.acted(attempt.id()).orElse(null));
  }
}
