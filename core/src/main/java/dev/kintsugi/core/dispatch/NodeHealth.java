package dev.kintsugi.core.dispatch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reachability of one node, with hysteresis: one lost answer is weather, several are a fault; and a
 * node that was lost must answer more than once before it gets work again.
 *
 * @param failures questions in a row without an answer
 * @param answers answers in a row
 * @param instance process id of the last answer, null before the first
 * @param lastAnswer when it last answered, null before the first
 */
public record NodeHealth(
    boolean reachable,
    int failures,
    int answers,
    @Nullable String instance,
    @Nullable Instant lastAnswer) {

  /**
   * @param failuresToLose unanswered questions in a row after which a node is unreachable
   * @param answersToReturn answers in a row after which a lost node is reachable again
   */
  public record Policy(int failuresToLose, int answersToReturn) {

    public static final Policy DEFAULT = new Policy(3, 2);
  }

  /** What an answer, or its absence, changed. */
  public enum Change {
    NONE,
    CAME_UP,
    WENT_DOWN,
    /** Answers come from another process than before: what ran there is gone. */
    RESTARTED
  }

  /** The state after a question, and what it means. */
  public record Step(NodeHealth health, Change change) {}

  /** A node never asked. */
  public static NodeHealth unknown() {
    return new NodeHealth(false, 0, 0, null, null);
  }

  /** The node answered. */
  public Step answered(String by, Policy policy, Instant now) {
    boolean first = lastAnswer == null;
    boolean restarted = instance != null && !instance.equals(by);
    int inARow = restarted ? 1 : Math.min(answers + 1, policy.answersToReturn());
    boolean up = reachable || first || restarted || inARow >= policy.answersToReturn();
    Change change = restarted ? Change.RESTARTED : up && !reachable ? Change.CAME_UP : Change.NONE;
    return new Step(new NodeHealth(up, 0, inARow, by, now), change);
  }

  /** The node did not answer in time, or refused the connection. */
  public Step silent(Policy policy) {
    int inARow = Math.min(failures + 1, policy.failuresToLose());
    boolean up = reachable && inARow < policy.failuresToLose();
    Change change = reachable && !up ? Change.WENT_DOWN : Change.NONE;
    return new Step(new NodeHealth(up, inARow, 0, instance, lastAnswer), change);
  }
}
