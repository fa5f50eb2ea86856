package dev.kintsugi.core.rollout;

import dev.kintsugi.core.recovery.Attribution;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one job says of one version: one observation, however often the version tried. The first
 * attempt that counts decides; a job of which every attempt is excused is excused. So a job that
 * failed on the canary and was then made by stable is bad for the one and good for the other.
 */
public final class JobReview {

  private JobReview() {}

  /** What is known of an attempt's surroundings beyond its own job. */
  @FunctionalInterface
  public interface Around {
    FaultReview.Surroundings of(AttemptFacts attempt, boolean input, boolean afterOtherVersion);
  }

  /**
   * The observation and the attempt that made it.
   *
   * @param outcome without a rating
   */
  public record Observation(AttemptFacts attempt, JobOutcome outcome, Finding.Reason reason) {

    /** When the outcome was certain: a late job is so from its deadline on. */
    public Instant certainAt() {
      boolean sooner = outcome.ending() == Ending.LATE && attempt.late();
      return sooner ? attempt.deadline() : outcome.at();
    }
  }

  /**
   * @param attempts ended attempts of one job by both versions, by the time of their end
   */
  public static Optional<Observation> decide(
      List<AttemptFacts> attempts, Arm arm, Around around, FaultReview.Policy policy) {
    boolean input = inputFailsOnStable(attempts);
    Optional<Observation> excused = Optional.empty();
    for (AttemptFacts attempt : attempts) {
      if (attempt.arm() != arm) {
        continue;
      }
      boolean after = afterOtherVersion(attempts, attempt);
      switch (FaultReview.decide(attempt, around.of(attempt, input, after), policy)) {
        case Finding.Counts(Ending ending, Finding.Reason reason) -> {
          return Optional.of(observation(attempt, ending, reason));
        }
        case Finding.Excused(Finding.Reason reason) ->
            excused = excused.or(() -> Optional.of(observation(attempt, Ending.EXCUSED, reason)));
        case Finding.Silent silent -> {}
      }
    }
    return excused;
  }

  private static Observation observation(
      AttemptFacts attempt, Ending ending, Finding.Reason reason) {
    boolean whole = attempt.completed() && !attempt.degraded();
    JobOutcome outcome =
        new JobOutcome(
            attempt.job(),
            attempt.arm(),
            attempt.endedAt(),
            ending,
            whole ? attempt.pace() : Double.NaN,
            whole ? attempt.score() : Double.NaN,
            null);
    return new Observation(attempt, outcome, reason);
  }

  /**
   * An input is believed to be bad once stable has failed at it. A canary that carries everything
   * fails at its own bad clips on two nodes as well, and must not be excused by that.
   */
  private static boolean inputFailsOnStable(List<AttemptFacts> attempts) {
    return attempts.stream().anyMatch(a -> a.ofInput() && a.blame() == Attribution.INPUT)
        && attempts.stream().anyMatch(a -> a.ofInput() && a.arm() == Arm.STABLE);
  }

  private static boolean afterOtherVersion(List<AttemptFacts> attempts, AttemptFacts attempt) {
    return attempts.stream()
        .anyMatch(
            a ->
                a.arm() != attempt.arm()
                    && !a.completed()
                    && a.startedAt().isBefore(attempt.startedAt()));
  }
}
