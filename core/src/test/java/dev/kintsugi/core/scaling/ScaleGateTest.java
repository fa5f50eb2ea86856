package dev.kintsugi.core.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.scaling.ScaleGate.Load;
import dev.kintsugi.core.scaling.ScaleGate.Policy;
import dev.kintsugi.core.scaling.ScaleGate.Reason;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleGateTest {

  private static final Policy POLICY = new Policy(3, 1.5);
  private static final int MIN = 2;
  private static final int MAX = 10;

  /**
   * What the HorizontalPodAutoscaler of Kubernetes 1.34 wants with an external metric and an
   * AverageValue, its default tolerance, values in thousandths.
   */
  private static int wants(double value, int replicas) {
    double usage = Math.ceil(value * 1000);
    double target = POLICY.target() * 1000;
    double ratio = usage / (target * replicas);
    int wanted = ratio >= 0.9 && ratio <= 1.1 ? replicas : (int) Math.ceil(usage / target);
    return Math.clamp(wanted, MIN, MAX);
  }

  private static int next(double qps, int replicas) {
    return wants(ScaleGate.decide(new Load(qps, replicas), POLICY).value(), replicas);
  }

  @ParameterizedTest(name = "{0} jobs/s on {1} pods: {2}, told {3}, {4} pods")
  @CsvSource({
    "0,    2, BELOW_THRESHOLD, 0,    2",
    "2.9,  2, BELOW_THRESHOLD, 2.9,  2",
    "5,    2, HELD,            6,    2",
    "6,    2, HELD,            6,    2",
    "6.5,  2, ABOVE_TARGET,    6.5,  2",
    "6.7,  2, ABOVE_TARGET,    6.7,  3",
    "14,   2, ABOVE_TARGET,    14,   5",
    "14,   5, HELD,            15,   5",
    "7.5,  5, HELD,            15,   5",
    "7.4,  5, BELOW_THRESHOLD, 7.4,  3",
    "4,    5, BELOW_THRESHOLD, 4,    2",
    "0,    5, BELOW_THRESHOLD, 0,    2",
    "90,  10, ABOVE_TARGET,    90,  10",
    "15,  10, HELD,            30,  10",
    "14.9,10, BELOW_THRESHOLD, 14.9, 5",
    "3,    0, NO_REPLICAS,     3,    2"
  })
  void theTable(double qps, int replicas, Reason reason, double told, int pods) {
    var decision = ScaleGate.decide(new Load(qps, replicas), POLICY);

    assertThat(decision.reason()).isEqualTo(reason);
    assertThat(decision.value()).isEqualTo(told);
    if (replicas > 0) {
      assertThat(wants(decision.value(), replicas)).isEqualTo(pods);
    }
  }

  @Property(tries = 5000)
  void noPodGoesUnlessEachHasLessThanTheThreshold(
      @ForAll @DoubleRange(max = 40) double qps, @ForAll @IntRange(min = MIN, max = MAX) int pods) {
    int next = next(qps, pods);

    if (next < pods) {
      assertThat(qps / pods).isLessThan(POLICY.scaleDownBelow());
    }
    if (qps / pods > 1.11 * POLICY.target()) {
      assertThat(next).isGreaterThan(Math.min(pods, MAX - 1));
    }
  }

  @Property(tries = 5000)
  void aSteadyLoadComesToRestInOneStep(
      @ForAll @DoubleRange(max = 40) double qps, @ForAll @IntRange(min = MIN, max = MAX) int pods) {
    int next = next(qps, pods);

    assertThat(next(qps, next)).as("%s pods, then %s", pods, next).isEqualTo(next);
  }

  @Property(tries = 5000)
  void moreLoadNeverMeansFewerPods(
      @ForAll @DoubleRange(max = 40) double qps,
      @ForAll @DoubleRange(max = 5) double more,
      @ForAll @IntRange(min = MIN, max = MAX) int pods) {
    assertThat(next(qps + more, pods)).isGreaterThanOrEqualTo(next(qps, pods));
  }
}
