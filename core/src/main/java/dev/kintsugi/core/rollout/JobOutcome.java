package dev.kintsugi.core.rollout;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One job that ended, or that is certain to end badly.
 *
 * @param job its identifier; a job is told once
 * @param at when it ended, or when its bad end became certain
 * @param pace seconds of the attempt per unit of predicted work; NaN where unknown
 * @param score of the quality gate, higher is better; NaN where unknown
 * @param rating the customer's, higher is better; null where none was given by {@code at}
 */
public record JobOutcome(
    String job,
    Arm arm,
    Instant at,
    Ending ending,
    double pace,
    double score,
    @Nullable Integer rating) {

  public JobOutcome {
    Objects.requireNonNull(job, "job");
    Objects.requireNonNull(arm, "arm");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(ending, "ending");
    if (!Double.isNaN(pace) && !(pace > 0 && pace < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("pace must be above 0 or NaN, but is " + pace);
    }
    if (!Double.isNaN(score) && !(score >= 0 && score < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("score must be 0 or more or NaN, but is " + score);
    }
  }
}
