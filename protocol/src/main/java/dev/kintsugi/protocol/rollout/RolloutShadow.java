package dev.kintsugi.protocol.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Customers' videos that the canary made once more with the same prompt and seed, beside what
 * stable had made of them. Nobody gets these videos and nobody pays for them.
 *
 * @param planned pairs asked for
 * @param waiting pairs that the canary has still to make
 * @param made both clips passed the quality gate
 * @param defects the canary's clip has bad numbers or did not pass the gate that stable's passed
 * @param failed attempts of the canary that failed otherwise
 * @param notRun pairs without a free slot in time
 * @param withdrawn pairs whose video was deleted or expired
 * @param abandoned pairs that the end of the rollout stopped
 * @param leastPsnrDb of the pair that differs most, decibel; 100 for equal frames
 * @param medianPsnrDb over the pairs
 * @param time seconds of the canary's attempts by those of stable's
 * @param stepTime the same of one denoise step
 * @param pairs oldest first
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RolloutShadow(
    @JsonProperty("planned") int planned,
    @JsonProperty("waiting") int waiting,
    @JsonProperty("made") int made,
    @JsonProperty("defects") int defects,
    @JsonProperty("failed") int failed,
    @JsonProperty("not_run") int notRun,
    @JsonProperty("withdrawn") int withdrawn,
    @JsonProperty("abandoned") int abandoned,
    @JsonProperty("least_psnr_db") @Nullable Double leastPsnrDb,
    @JsonProperty("median_psnr_db") @Nullable Double medianPsnrDb,
    @JsonProperty("time") @Nullable Ratio time,
    @JsonProperty("step_time") @Nullable Ratio stepTime,
    @JsonProperty("pairs") List<Pair> pairs) {

  /**
   * How many times as long the canary takes.
   *
   * @param median over the pairs
   * @param low the median over all videos is not below, with 95 % confidence however often one
   *     looks; null below 8 pairs
   * @param high nor above
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Ratio(
      @JsonProperty("pairs") int pairs,
      @JsonProperty("median") double median,
      @JsonProperty("low") @Nullable Double low,
      @JsonProperty("high") @Nullable Double high) {}

  /**
   * One pair.
   *
   * @param video the customer's
   * @param ending {@code waiting}, {@code made}, {@code defect}, {@code failed}, {@code not_run},
   *     {@code withdrawn} or {@code abandoned}
   * @param note the failure class, or why the clips could not be compared
   * @param leastPsnrDb of the frame that differs most
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Pair(
      @JsonProperty("video") String video,
      @JsonProperty("ending") String ending,
      @JsonProperty("note") @Nullable String note,
      @JsonProperty("stable_seconds") double stableSeconds,
      @JsonProperty("canary_seconds") @Nullable Double canarySeconds,
      @JsonProperty("psnr_db") @Nullable Double psnrDb,
      @JsonProperty("least_psnr_db") @Nullable Double leastPsnrDb) {}
}
