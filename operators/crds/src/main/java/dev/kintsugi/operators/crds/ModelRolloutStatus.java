package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where it is. Everything an operator that takes over must know is here.
 *
 * @param step index of the step under way, from 0
 * @param progress the same for people, such as {@code 2/5}
 * @param weight percent of the jobs that the new revision is given
 * @param memory what only the operator needs
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelRolloutStatus(
    @JsonProperty("observedGeneration")
        @JsonPropertyDescription("Generation of the spec this status is about.")
        @Nullable Long observedGeneration,
    @JsonProperty("phase")
        @JsonPropertyDescription(
            "Pending, Progressing, Paused, Baking, Promoted, RollingBack, RolledBack, Aborted or"
                + " Superseded.")
        @Nullable String phase,
    @JsonProperty("step") @JsonPropertyDescription("Index of the step under way, from 0.")
        @Nullable Integer step,
    @JsonProperty("progress") @JsonPropertyDescription("The step for people, such as 2/5.")
        @Nullable String progress,
    @JsonProperty("weight")
        @JsonPropertyDescription("Percent of the jobs that the new revision is given.")
        @Nullable Integer weight,
    @JsonProperty("verdict")
        @JsonPropertyDescription(
            "What the control plane says: PROMOTE, ROLLBACK, CONTINUE, HOLD or INCONCLUSIVE.")
        @Nullable String verdict,
    @JsonProperty("reason") @JsonPropertyDescription("Why it is where it is, one word.")
        @Nullable String reason,
    @JsonProperty("message") @JsonPropertyDescription("The reason in numbers.")
        @Nullable String message,
    @JsonProperty("evidence")
        @JsonPropertyDescription(
            "What the jobs say; written when something changes, else at most every 30 s.")
        @Nullable Evidence evidence,
    @JsonProperty("timeline") @JsonPropertyDescription("What happened, oldest first; the last 50.")
        List<Entry> timeline,
    @JsonProperty("conditions") List<StatusCondition> conditions,
    @JsonProperty("memory") @JsonPropertyDescription("What only the operator needs.")
        @Nullable Memory memory) {

  public ModelRolloutStatus {
    timeline = timeline == null ? List.of() : List.copyOf(timeline);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Something that happened. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(
      @JsonProperty("time") @Required String time,
      @JsonProperty("what") @Required @JsonPropertyDescription("The phase it led to, or the verb.")
          String what,
      @JsonProperty("reason") @Required String reason,
      @JsonProperty("message") @Required String message) {}

  /**
   * What the control plane counted.
   *
   * @param againstCanary e-value; a rollback at 1 / alpha
   * @param forCanary e-value for "not worse by the smallest regression"
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Evidence(
      @JsonProperty("time") @JsonPropertyDescription("When this was written.") String time,
      @JsonProperty("carriedPercent")
          @JsonPropertyDescription("Percent of the jobs that the new revision really took.")
          @Nullable Double carriedPercent,
      @JsonProperty("againstCanary")
          @JsonPropertyDescription("E-value against the new revision; a rollback at 1 / alpha.")
          @Nullable Double againstCanary,
      @JsonProperty("forCanary")
          @JsonPropertyDescription("E-value for: not worse by the smallest regression.")
          @Nullable Double forCanary,
      @JsonProperty("firstBadAt")
          @JsonPropertyDescription("When its first job was certain to be bad.")
          @Nullable String firstBadAt,
      @JsonProperty("cutAt") @JsonPropertyDescription("When it got its last job.")
          @Nullable String cutAt,
      @JsonProperty("stable") @Nullable Arm stable,
      @JsonProperty("canary") @Nullable Arm canary) {

    /** The same, but for when it was written. */
    public boolean sameNumbers(@Nullable Evidence other) {
      return other != null
          && equals(
              new Evidence(
                  time,
                  other.carriedPercent,
                  other.againstCanary,
                  other.forCanary,
                  other.firstBadAt,
                  other.cutAt,
                  other.stable,
                  other.canary));
    }
  }

  /** Jobs of one revision since the rollout began. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Arm(
      @JsonProperty("jobs") long jobs,
      @JsonProperty("failed") long failed,
      @JsonProperty("late") long late,
      @JsonProperty("lowQuality") long lowQuality,
      @JsonProperty("degraded") long degraded,
      @JsonProperty("excused") long excused,
      @JsonProperty("inFlight") long inFlight,
      @JsonProperty("meanSeconds") @Nullable Double meanSeconds,
      @JsonProperty("meanScore") @Nullable Double meanScore) {}

  /**
   * The operator's own notes.
   *
   * @param since when the phase began
   * @param ending phase that a rollout on its way back ends in
   * @param bakeSince when the bake began, by the operator's clock
   * @param bakeSeen the same by the control plane's clock
   * @param bakedAt when the bake was over
   * @param action the last action that was dealt with and may still stand in the annotation
   * @param forgiven the service asked for something else since this one went back
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Memory(
      @JsonProperty("since") String since,
      @JsonProperty("ending") @Nullable String ending,
      @JsonProperty("bakeSince") @Nullable String bakeSince,
      @JsonProperty("bakeSeen") @Nullable String bakeSeen,
      @JsonProperty("bakedAt") @Nullable String bakedAt,
      @JsonProperty("action") @Nullable String action,
      @JsonProperty("forgiven") @Nullable Boolean forgiven) {}
}
