package dev.kintsugi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;

class FairShareTest {

  /** Golestani's measure for start-time fair queueing: one job of each flow, by weight. */
  @Property
  void twoBackloggedFlowsNeverDriftApartByMoreThanOneJobOfEach(
      @ForAll @Size(min = 30, max = 60) List<@DoubleRange(min = 0.5, max = 50) Double> costsA,
      @ForAll @Size(min = 30, max = 60) List<@DoubleRange(min = 0.5, max = 50) Double> costsB,
      @ForAll @DoubleRange(min = 0.25, max = 4) double weightA,
      @ForAll @DoubleRange(min = 0.25, max = 4) double weightB) {
    Deque<Tagged> a = flow(costsA, weightA);
    Deque<Tagged> b = flow(costsB, weightB);
    double bound = largest(costsA) / weightA + largest(costsB) / weightB + 1e-6;
    double servedA = 0;
    double servedB = 0;
    while (!a.isEmpty() && !b.isEmpty()) {
      if (a.peek().tag().start() <= b.peek().tag().start()) {
        servedA += a.poll().cost() / weightA;
      } else {
        servedB += b.poll().cost() / weightB;
      }
      assertThat(servedA).isCloseTo(servedB, within(bound));
    }
  }

  @Property
  void aTenantThatWasAwayGainsNoCredit(
      @ForAll @DoubleRange(min = 0, max = 1e6) double virtualTime,
      @ForAll @DoubleRange(min = 0, max = 1e6) double lastFinish) {
    FairShare.Tag tag = FairShare.tag(virtualTime, lastFinish, 10, 2);

    assertThat(tag.start()).isEqualTo(Math.max(virtualTime, lastFinish));
    assertThat(tag.finish()).isEqualTo(tag.start() + 5);
  }

  @Example
  void refusesWorkWithoutCostAndTenantsWithoutWeight() {
    assertThatThrownBy(() -> FairShare.tag(0, 0, 0, 1)).hasMessageContaining("cost");
    assertThatThrownBy(() -> FairShare.tag(0, 0, 1, Double.NaN)).hasMessageContaining("weight");
  }

  private record Tagged(double cost, FairShare.Tag tag) {}

  private static Deque<Tagged> flow(List<Double> costs, double weight) {
    List<Tagged> tagged = new ArrayList<>();
    double finish = 0;
    for (double cost : costs) {
      FairShare.Tag tag = FairShare.tag(0, finish, cost, weight);
      tagged.add(new Tagged(cost, tag));
      finish = tag.finish();
    }
    return new ArrayDeque<>(tagged);
  }

  private static double largest(List<Double> costs) {
    return costs.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
