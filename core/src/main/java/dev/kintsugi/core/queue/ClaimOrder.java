package dev.kintsugi.core.queue;

import java.util.List;

/**
 * Which class of waiting jobs a free slot serves first.
 *
 * <p>Realtime work goes first and never waits behind batch, with one exception: every {@link
 * Policy#overdueEvery}-th job a node is given goes to work that waited beyond its bound, if there
 * is any. So overdue work cannot starve however much realtime work arrives: a job with {@code k}
 * overdue jobs in front of it is served within {@code (k + 1) · overdueEvery} jobs given to any one
 * node. Spot nodes prefer batch once no realtime job waits, because their loss costs least there.
 */
public final class ClaimOrder {

  /** Classes of waiting jobs. Overdue work also stays in the class it was submitted in. */
  public enum Lane {
    REALTIME,
    OVERDUE,
    STANDARD,
    BATCH
  }

  /** Why the order is as it is. */
  public enum Reason {
    URGENCY,
    SPOT_NODE,
    OVERDUE_TURN
  }

  /**
   * The lanes in the order they are tried; the first with a job is served.
   *
   * @param ticket the node's ticket the order holds for
   */
  public record Order(Reason reason, long ticket, List<Lane> lanes) {}

  /**
   * A node asking for work.
   *
   * @param ticket jobs given to the node so far
   */
  public record Asking(long ticket, boolean spot) {}

  /**
   * @param overdueEvery one in so many jobs goes to overdue work first, at least 2
   */
  public record Policy(int overdueEvery) {
    public static final Policy DEFAULT = new Policy(10);

    public Policy {
      if (overdueEvery < 2) {
        throw new IllegalArgumentException("overdueEvery must be at least 2: " + overdueEvery);
      }
    }
  }

  private static final List<Lane> URGENT_FIRST =
      List.of(Lane.REALTIME, Lane.OVERDUE, Lane.STANDARD, Lane.BATCH);
  private static final List<Lane> BATCH_FIRST =
      List.of(Lane.REALTIME, Lane.OVERDUE, Lane.BATCH, Lane.STANDARD);
  private static final List<Lane> OVERDUE_FIRST =
      List.of(Lane.OVERDUE, Lane.REALTIME, Lane.STANDARD, Lane.BATCH);

  private ClaimOrder() {}

  /** Decides from the node's ticket and pool alone, so that replicas agree without talking. */
  public static Order decide(Asking in, Policy policy) {
    if (Math.floorMod(in.ticket() + 1, policy.overdueEvery()) == 0) {
      return new Order(Reason.OVERDUE_TURN, in.ticket(), OVERDUE_FIRST);
    }
    return in.spot()
        ? new Order(Reason.SPOT_NODE, in.ticket(), BATCH_FIRST)
        : new Order(Reason.URGENCY, in.ticket(), URGENT_FIRST);
  }
}
