package dev.kintsugi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.queue.ClaimOrder.Asking;
import dev.kintsugi.core.queue.ClaimOrder.Lane;
import dev.kintsugi.core.queue.ClaimOrder.Policy;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ClaimOrderTest {

  @Property
  void realtimeIsBehindNothingButAnOverdueTurn(
      @ForAll @LongRange(min = 0) long ticket, @ForAll boolean spot) {
    ClaimOrder.Order order = ClaimOrder.decide(new Asking(ticket, spot), Policy.DEFAULT);

    Lane first = order.lanes().getFirst();
    assertThat(first)
        .isEqualTo(order.reason() == ClaimOrder.Reason.OVERDUE_TURN ? Lane.OVERDUE : Lane.REALTIME);
    assertThat(order.lanes().indexOf(Lane.REALTIME)).isLessThan(order.lanes().indexOf(Lane.BATCH));
    assertThat(order.lanes()).containsExactlyInAnyOrder(Lane.values());
  }

  @Property
  void spotNodesPreferBatchToStandardAndOthersDoNot(
      @ForAll @LongRange(min = 0) long ticket, @ForAll boolean spot) {
    ClaimOrder.Order order = ClaimOrder.decide(new Asking(ticket, spot), Policy.DEFAULT);

    boolean batchFirst = order.lanes().indexOf(Lane.BATCH) < order.lanes().indexOf(Lane.STANDARD);
    assertThat(batchFirst).isEqualTo(order.reason() == ClaimOrder.Reason.SPOT_NODE);
  }

  /** The bound of the class comment, under endless realtime work, from any ticket on. */
  @Property
  void overdueWorkIsServedWithinItsBound(
      @ForAll @LongRange(min = 0, max = 1L << 60) long firstTicket,
      @ForAll @IntRange(min = 0, max = 20) int inFront,
      @ForAll @IntRange(min = 2, max = 50) int every,
      @ForAll boolean spot) {
    Policy policy = new Policy(every);
    int overdue = inFront + 1;
    int given = 0;
    while (overdue > 0) {
      ClaimOrder.Order order = ClaimOrder.decide(new Asking(firstTicket + given, spot), policy);
      if (order.lanes().getFirst() == Lane.OVERDUE) {
        overdue--;
      }
      given++;
      assertThat(given).isLessThanOrEqualTo((inFront + 1) * every);
    }
  }
}
