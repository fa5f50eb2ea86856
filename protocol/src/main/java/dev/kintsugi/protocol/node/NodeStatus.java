package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /node/status}.
 *
 * @param instance random id of this process: changes with each restart
 * @param digest SHA-256 of the model's manifest without its quality limits
 * @param slots attempts that can run at once
 * @param freeSlots 0 while draining or not warm
 * @param running ids of attempts that are not yet terminal
 * @param warm the warm-up reproduced its reference
 * @param notReadyReason one sentence while not warm or while draining
 * @param stepSeconds measured median seconds per denoise step by {@code WIDTHxHEIGHTxFRAMES}
 * @param liteModel a second, smaller model this node can also run; null when it has none
 * @param faults injected faults, armed and recently ended
 * @param events what the watchers noticed lately, oldest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record NodeStatus(
    @JsonProperty("instance") String instance,
    @JsonProperty("model") String model,
    @JsonProperty("version") String version,
    @JsonProperty("digest") String digest,
    @JsonProperty("lite") boolean lite,
    @JsonProperty("experts") List<ExpertStatus> experts,
    @JsonProperty("slots") int slots,
    @JsonProperty("free_slots") int freeSlots,
    @JsonProperty("running") List<String> running,
    @JsonProperty("warm") boolean warm,
    @JsonProperty("draining") boolean draining,
    @JsonProperty("not_ready_reason") @Nullable String notReadyReason,
    @JsonProperty("limits") ModelLimits limits,
    @JsonProperty("step_seconds") Map<String, Double> stepSeconds,
    @JsonProperty("device") DeviceReadings device,
    @JsonProperty("lite_model") @Nullable LiteModel liteModel,
    @JsonProperty("faults") List<FaultStatus> faults,
    @JsonProperty("events") List<NodeEvent> events) {

  /** Another writer of this record, or an older node, may leave lists out. */
  public NodeStatus {
    faults = faults == null ? List.of() : List.copyOf(faults);
    events = events == null ? List.of() : List.copyOf(events);
  }

  /**
   * One expert and whether it may be used.
   *
   * @param weight 1 in use, 0 quarantined: the other expert takes its steps
   * @param abnormalInARow abnormal results in its range since the last normal one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ExpertStatus(
      @JsonProperty("name") String name,
      @JsonProperty("healthy") boolean healthy,
      @JsonProperty("weight") double weight,
      @JsonProperty("abnormal_in_a_row") int abnormalInARow) {}

  /** The smaller model beside the main one; {@code model} of an attempt chooses between them. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record LiteModel(
      @JsonProperty("model") String model,
      @JsonProperty("version") String version,
      @JsonProperty("digest") String digest,
      @JsonProperty("limits") ModelLimits limits,
      @JsonProperty("step_seconds") Map<String, Double> stepSeconds) {

    /** Nothing is measured yet where the map is left out. */
    public LiteModel {
      stepSeconds = stepSeconds == null ? Map.of() : Map.copyOf(stepSeconds);
    }
  }

  /** What the loaded model can be asked for, and its defaults. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ModelLimits(
      @JsonProperty("max_width") int maxWidth,
      @JsonProperty("max_height") int maxHeight,
      @JsonProperty("max_frames") int maxFrames,
      @JsonProperty("max_steps") int maxSteps,
      @JsonProperty("default_size") String defaultSize,
      @JsonProperty("default_frames") int defaultFrames,
      @JsonProperty("default_steps") int defaultSteps,
      @JsonProperty("default_guidance_scale") double defaultGuidanceScale,
      @JsonProperty("default_fps") int defaultFps) {}

  /**
   * Readings of the device, or of the process where there is no GPU.
   *
   * @param kind {@code cpu} or {@code cuda}
   * @param memoryUsedBytes GPU memory, or the process's resident set
   * @param memoryTotalBytes GPU memory, or the memory the process may use
   * @param utilization 0..1 over the last seconds
   * @param pcieBytesPerSecond both directions together
   * @param eccErrors uncorrected errors of the GPU's memory since its driver was loaded
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record DeviceReadings(
      @JsonProperty("kind") String kind,
      @JsonProperty("id") String id,
      @JsonProperty("memory_used_bytes") long memoryUsedBytes,
      @JsonProperty("memory_total_bytes") long memoryTotalBytes,
      @JsonProperty("utilization") double utilization,
      @JsonProperty("temperature_celsius") @Nullable Double temperatureCelsius,
      @JsonProperty("power_watts") @Nullable Double powerWatts,
      @JsonProperty("pcie_bytes_per_second") @Nullable Long pcieBytesPerSecond,
      @JsonProperty("ecc_errors") @Nullable Long eccErrors) {

    /** Readings of a device that is no GPU, or that reports neither traffic nor memory errors. */
    public DeviceReadings(
        String kind,
        String id,
        long memoryUsedBytes,
        long memoryTotalBytes,
        double utilization,
        @Nullable Double temperatureCelsius,
        @Nullable Double powerWatts) {
      this(
          kind,
          id,
          memoryUsedBytes,
          memoryTotalBytes,
          utilization,
          temperatureCelsius,
          powerWatts,
          null,
          null);
    }
  }
}
