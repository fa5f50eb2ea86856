package dev.kintsugi.node.watch;

import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.NodeStatus.DeviceReadings;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything needed to do again what happened: an event's context. */
@Singleton
final class Circumstances {
  private final ModelHost host;
  private final DeviceMonitor device;

  Circumstances(ModelHost host, DeviceMonitor device) {
    this.host = host;
    this.device = device;
  }

  /**
   * @param attempt the one that runs; null when none does
   * @param numbers the event's own, by name
   */
  Map<String, String> of(@Nullable Attempt attempt, Map<String, ?> numbers) {
    Map<String, String> details = new TreeMap<>();
    Optional<ModelCard> model =
        attempt == null ? host.warm().map(Warm::card) : Optional.of(attempt.model());
    model.ifPresent(card -> put(details, card));
    put(details, device.readings());
    if (attempt != null) {
      put(details, attempt.job().request());
      put(details, attempt.status());
    }
    numbers.forEach((name, value) -> details.put(name, String.valueOf(value)));
    return details;
  }

  private static void put(Map<String, String> details, ModelCard model) {
    details.put("model", model.name());
    details.put("version", model.version());
    details.put("digest", model.digest());
  }

  private static void put(Map<String, String> details, DeviceReadings device) {
    details.put("device", device.id());
    details.put("memory_used_bytes", Long.toString(device.memoryUsedBytes()));
    details.put("memory_total_bytes", Long.toString(device.memoryTotalBytes()));
    details.put("utilization", Double.toString(device.utilization()));
    put(details, "temperature_celsius", device.temperatureCelsius());
    put(details, "power_watts", device.powerWatts());
    put(details, "pcie_bytes_per_second", device.pcieBytesPerSecond());
    put(details, "ecc_errors", device.eccErrors());
  }

  private static void put(Map<String, String> details, AttemptRequest request) {
    details.put("prompt", request.prompt());
    put(details, "negative_prompt", request.negativePrompt());
    details.put("size", request.size());
    details.put("num_frames", Integer.toString(request.numFrames()));
    details.put("fps", Integer.toString(request.fps()));
    details.put("num_inference_steps", Integer.toString(request.numInferenceSteps()));
    details.put("guidance_scale", Double.toString(request.guidanceScale()));
    put(details, "guidance_scale_2", request.guidanceScale2());
    put(details, "flow_shift", request.flowShift());
    details.put("seed", Integer.toString(request.seed()));
    put(details, "trace_id", request.traceId());
  }

  private static void put(Map<String, String> details, AttemptStatus status) {
    details.put("stage", status.phase().wireName());
    details.put("step", Integer.toString(status.step()));
    put(details, "expert", status.expert());
  }

  private static void put(Map<String, String> details, String name, @Nullable Object value) {
    if (value != null) {
      details.put(name, value.toString());
    }
  }
}
