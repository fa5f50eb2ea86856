package dev.kintsugi.core.admission;

import java.time.Duration;
import java.time.Instant;

/**
 * Takes a job, or says at once why not: a refusal now is worth more to the caller than an answer
 * that comes too late.
 */
public final class Admission {

  private Admission() {}

  /**
   * What the service has to do already.
   *
   * @param slots that can be reached; 0 when none can, which is no ground to refuse: nodes return
   * @param queued jobs waiting, all classes
   * @param aheadSeconds slot-seconds that will be served before this job: running ones, and waiting
   *     ones of its class or a more urgent one
   * @param cost of the job itself
   */
  public record Load(int slots, long queued, double aheadSeconds, CostModel.Cost cost) {}

  /**
   * @param queueLimit jobs that may wait
   * @param deadline within which an accepted job is answered
   */
  public record Policy(long queueLimit, Duration deadline) {}

  /** Outcome. */
  public sealed interface Decision {

    /**
     * @param finish when the job is expected to be done
     */
    record Admit(Instant finish) implements Decision {}

    /**
     * @param finish when the job would have been done
     * @param retryAfter when asking again makes sense
     */
    record Refuse(Reason reason, Instant finish, Duration retryAfter) implements Decision {}
  }

  /** Why a job is not taken. */
  public enum Reason {
    QUEUE_FULL,
    DEADLINE_UNATTAINABLE
  }

  /**
   * A full queue refuses always; a deadline only where the prediction rests on measurements and on
   * at least one reachable slot.
   */
  public static Decision decide(Load load, Policy policy, Instant now) {
    int slots = Math.max(1, load.slots());
    double wait = load.aheadSeconds() / slots;
    Instant finish = after(now, wait + load.cost().seconds());
    if (load.queued() >= policy.queueLimit()) {
      double perJob = load.queued() == 0 ? wait : wait / load.queued();
      return new Decision.Refuse(Reason.QUEUE_FULL, finish, retryAfter(perJob));
    }
    Instant deadline = now.plus(policy.deadline());
    boolean known = load.cost().measured() && load.slots() > 0;
    if (known && finish.isAfter(deadline)) {
      double late = Duration.between(deadline, finish).toMillis() / 1000.0;
      return new Decision.Refuse(Reason.DEADLINE_UNATTAINABLE, finish, retryAfter(late));
    }
    return new Decision.Admit(finish);
  }

  /** Between a second and ten minutes: callers must neither hammer nor give up. */
  private static Duration retryAfter(double seconds) {
    return Duration.ofSeconds((long) Math.ceil(Math.clamp(seconds, 1, 600)));
  }

  /** Bounded by a year, so that absurd costs stay representable. */
  private static Instant after(Instant now, double seconds) {
    return now.plusMillis((long) (1000 * Math.min(seconds, 31_536_000)));
  }
}
