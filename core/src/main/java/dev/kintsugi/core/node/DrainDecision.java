package dev.kintsugi.core.node;

import java.time.Duration;
import java.time.Instant;

/**
 * When a stopping node may go. Work in progress is finished where the grace period allows it, and
 * its result waits to be fetched; what cannot be finished is handed back early enough that the
 * control plane hears of it.
 */
public final class DrainDecision {

  private DrainDecision() {}

  /**
   * @param since when the stop was asked
   * @param grace how long it may take in all
   * @param handBackBefore how long before the end of the grace period work is handed back
   */
  public record Policy(Instant since, Duration grace, Duration handBackBefore) {}

  /**
   * @param running attempts not ended
   * @param unfetched completed attempts whose files nobody has taken yet
   */
  public record Load(int running, int unfetched) {}

  /** Why a node goes. */
  public enum Reason {
    IDLE,
    GRACE_OVER
  }

  /** What to do now. */
  public sealed interface Decision {

    /** Look again after something changed, or when this much time has passed. */
    record Wait(Duration atMost) implements Decision {}

    /** End the running attempts as handed back, then look again. */
    record HandBack(int attempts) implements Decision {}

    /** Stop. */
    record Exit(Reason reason) implements Decision {}
  }

  public static Decision decide(Load load, Policy policy, Instant now) {
    if (load.running() == 0 && load.unfetched() == 0) {
      return new Decision.Exit(Reason.IDLE);
    }
    Instant end = policy.since().plus(policy.grace());
    if (!now.isBefore(end)) {
      return load.running() > 0
          ? new Decision.HandBack(load.running())
          : new Decision.Exit(Reason.GRACE_OVER);
    }
    Instant handBackAt = end.minus(policy.handBackBefore());
    if (!now.isBefore(handBackAt)) {
      return load.running() > 0
          ? new Decision.HandBack(load.running())
          : new Decision.Wait(Duration.between(now, end));
    }
    return new Decision.Wait(Duration.between(now, load.running() > 0 ? handBackAt : end));
  }
}
