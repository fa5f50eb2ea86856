package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane knows of a service: answer of {@code GET
 * /fleet/v1/services/{namespace}/{name}}.
 *
 * @param observedGeneration generation of the state in force
 * @param observedSequence sequence of the state in force
 * @param queued jobs waiting
 * @param running attempts in flight
 * @param rollout of the rollout in force; null while there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceEvidence(
    @JsonProperty("uid") String uid,
    @JsonProperty("observed_generation") long observedGeneration,
    @JsonProperty("observed_sequence") long observedSequence,
    @JsonProperty("queued") long queued,
    @JsonProperty("running") long running,
    @JsonProperty("nodes") List<NodeEvidence> nodes,
    @JsonProperty("rollout") @Nullable RolloutEvidence rollout) {

  /**
   * What the control plane sees of one node.
   *
   * @param reachable the node answered its last status question
   * @param running attempts dispatched to it and not yet ended: 0 means it can be removed without
   *     loss
   * @param probe what its probes say; null while it has none
   * @param notReadyReason why it takes no jobs, in one sentence of its own; null while it does, or
   *     does not answer
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record NodeEvidence(
      @JsonProperty("name") String name,
      @JsonProperty("reachable") boolean reachable,
      @JsonProperty("slots") int slots,
      @JsonProperty("running") int running,
      @JsonProperty("probe") @Nullable ProbeEvidence probe,
      @JsonProperty("not_ready_reason") @Nullable String notReadyReason) {}

  /**
   * What a node's probes say.
   *
   * @param failures in a row, up to now
   * @param outSince RFC 3339; since when it fails and is out of dispatch; null while it is in
   * @param endedAt RFC 3339; when the last probe ended; null before the first
   * @param outcome of the last probe: {@code passed}, {@code failed} or {@code yielded} to a
   *     customer's job; null before the first
   * @param message why the last failed probe failed; null where none did
   * @param provenAt RFC 3339; when it last completed a customer's job as asked; null before the
   *     first
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ProbeEvidence(
      @JsonProperty("failures") int failures,
      @JsonProperty("out_since") @Nullable String outSince,
      @JsonProperty("ended_at") @Nullable String endedAt,
      @JsonProperty("outcome") @Nullable String outcome,
      @JsonProperty("message") @Nullable String message,
      @JsonProperty("proven_at") @Nullable String provenAt) {}

  /**
   * What a rollout's jobs say.
   *
   * @param rollout name of the ModelRollout it is about
   * @param verdict {@code PROMOTE} (the step is done), {@code ROLLBACK}, {@code CONTINUE}, {@code
   *     HOLD} or {@code INCONCLUSIVE}
   * @param reason one word of upper case and underscores
   * @param message the reason in numbers
   * @param cut the canary gets no job any more, whatever its weight is
   * @param carriedPercent part of the jobs since the weights changed that the canary really took
   * @param againstCanary e-value for "the canary is worse": a rollback at 1 / alpha
   * @param forCanary e-value for "the canary is not worse by the smallest regression"
   * @param evaluatedAt RFC 3339
   * @param firstBadAt RFC 3339; when the first job of the canary was certain to be bad; null while
   *     none was
   * @param cutAt RFC 3339; when the canary was cut off; null while it was not
   * @param ratings what customers think of the two; null before the first rating
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RolloutEvidence(
      @JsonProperty("rollout") String rollout,
      @JsonProperty("verdict") String verdict,
      @JsonProperty("reason") String reason,
      @JsonProperty("message") String message,
      @JsonProperty("cut") boolean cut,
      @JsonProperty("carried_percent") double carriedPercent,
      @JsonProperty("against_canary") double againstCanary,
      @JsonProperty("for_canary") double forCanary,
      @JsonProperty("evaluated_at") String evaluatedAt,
      @JsonProperty("first_bad_at") @Nullable String firstBadAt,
      @JsonProperty("cut_at") @Nullable String cutAt,
      @JsonProperty("stable") ArmEvidence stable,
      @JsonProperty("canary") ArmEvidence canary,
      @JsonProperty("ratings") @Nullable RatingEvidence ratings) {}

  /**
   * Customers' ratings of both versions' videos, 1 to 5 stars.
   *
   * @param stable how many
   * @param stableMean null without one
   * @param canary how many
   * @param canaryMean null without one
   * @param differenceLow the difference of the means, canary less stable, is between this
   * @param differenceHigh and this, whenever one looks
   * @param confidence of that, 0..1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RatingEvidence(
      @JsonProperty("stable") long stable,
      @JsonProperty("stable_mean") @Nullable Double stableMean,
      @JsonProperty("canary") long canary,
      @JsonProperty("canary_mean") @Nullable Double canaryMean,
      @JsonProperty("difference_low") double differenceLow,
      @JsonProperty("difference_high") double differenceHigh,
      @JsonProperty("confidence") double confidence) {}

  /**
   * Jobs of one revision since the rollout began.
   *
   * @param jobs that count, good and bad
   * @param excused failed by a fault of a GPU, a node or the input: they count for nobody
   * @param inFlight running now and not yet certain to be bad
   * @param meanSeconds mean time of a good attempt; null without one
   * @param meanScore mean score of a good attempt by the quality gate; null without one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ArmEvidence(
      @JsonProperty("jobs") long jobs,
      @JsonProperty("failed") long failed,
      @JsonProperty("late") long late,
      @JsonProperty("low_quality") long lowQuality,
      @JsonProperty("degraded") long degraded,
      @JsonProperty("excused") long excused,
      @JsonProperty("in_flight") long inFlight,
      @JsonProperty("mean_seconds") @Nullable Double meanSeconds,
      @JsonProperty("mean_score") @Nullable Double meanScore) {}
}
