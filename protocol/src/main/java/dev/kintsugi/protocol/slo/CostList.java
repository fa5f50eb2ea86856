package dev.kintsugi.protocol.slo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What ended jobs took.
 *
 * @param from RFC 3339, a whole hour
 */
public record CostList(
    @JsonProperty("object") String object,
    @JsonProperty("from") String from,
    @JsonProperty("data") List<Cost> data) {

  /**
   * What the jobs of one service took, of one part of them, or of all.
   *
   * @param by {@code total}, {@code tenant}, {@code revision} or {@code pool}
   * @param name of the part; empty for the total and for jobs that no node ever took
   * @param jobs ended, cancelled ones included
   * @param videos answered
   * @param gpuSeconds of every attempt
   * @param wastedGpuSeconds of them, on attempts that delivered nothing
   * @param costUsd of the attempts that ran at a known price; null where none did
   * @param perVideoUsd cost of all jobs by video answered; null where either is missing
   * @param perThousandUsd of a thousand videos, likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Cost(
      @JsonProperty("service") String service,
      @JsonProperty("by") String by,
      @JsonProperty("name") String name,
      @JsonProperty("jobs") long jobs,
      @JsonProperty("videos") long videos,
      @JsonProperty("gpu_seconds") double gpuSeconds,
      @JsonProperty("wasted_gpu_seconds") double wastedGpuSeconds,
      @JsonProperty("cost_usd") @Nullable Double costUsd,
      @JsonProperty("wasted_usd") @Nullable Double wastedUsd,
      @JsonProperty("per_video_usd") @Nullable Double perVideoUsd,
      @JsonProperty("per_thousand_usd") @Nullable Double perThousandUsd) {}
}
