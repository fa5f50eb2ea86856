package dev.kintsugi.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.StallWatch.Policy;
import dev.kintsugi.core.watch.StallWatch.Reason;
import dev.kintsugi.core.watch.StallWatch.Situation;
import dev.kintsugi.core.watch.StallWatch.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StallWatchTest {
  private static final Policy POLICY =
      new Policy(Duration.ofSeconds(20), Duration.ofMinutes(10), 5, 8, 5, Duration.ofMinutes(2));

  @ParameterizedTest
  @CsvSource({
    // steps known, seconds each, seconds silent, denoising -> stalled, why, seconds allowed
    "0, 0, 599, true, false, UNLEARNED, 600",
    "0, 0, 601, true, true, UNLEARNED, 600",
    "4, 1, 100, true, false, UNLEARNED, 600",
    "50, 0.1, 19, true, false, FLOOR, 20",
    "50, 0.1, 21, true, true, FLOOR, 20",
    "50, 30, 149, true, false, LEARNED, 150",
    "50, 30, 151, true, true, LEARNED, 150",
    "50, 0.1, 300, false, false, UNLEARNED, 600",
  })
  void theBoundIsLearnedFromTheNodesOwnSteps(
      int steps, double each, long silent, boolean denoising, boolean stalled, Reason why, long s) {
    double[] known = DoubleStream.generate(() -> each).limit(steps).toArray();
    Verdict verdict =
        StallWatch.judge(new Situation(Duration.ofSeconds(silent), denoising, known), POLICY);
    assertThat(verdict instanceof Verdict.Stalled).isEqualTo(stalled);
    assertThat(verdict.bound().reason()).isEqualTo(why);
    assertThat(verdict.bound().limit()).isEqualTo(Duration.ofSeconds(s));
  }

  @Property
  void aFewWildStepsDoNotHideAStall(
      @ForAll @Size(31) List<@DoubleRange(min = 0.8, max = 1.2) Double> steps,
      @ForAll @IntRange(max = 9) int wild) {
    double[] seen = steps.stream().mapToDouble(Double::doubleValue).toArray();
    for (int i = 0; i < wild; i++) {
      seen[i] = 3_600;
    }
    Duration silent = Duration.ofSeconds(21);
    assertThat(StallWatch.judge(new Situation(silent, true, seen), POLICY))
        .isInstanceOf(Verdict.Stalled.class);
  }

  @ParameterizedTest
  @CsvSource({"119,2,false", "121,2,true", "100000,0,false"})
  void anEngineThatNeverComesBackNeedsANewProcess(long stuck, long minutes, boolean hung) {
    Policy policy = new Policy(Duration.ZERO, Duration.ZERO, 5, 8, 5, Duration.ofMinutes(minutes));
    assertThat(StallWatch.hung(Duration.ofSeconds(stuck), policy)).isEqualTo(hung);
  }
}
