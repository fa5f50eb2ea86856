package dev.kintsugi.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.PromptDrift.Policy;
import dev.kintsugi.core.watch.PromptDrift.Reason;
import dev.kintsugi.core.watch.PromptDrift.State;
import dev.kintsugi.core.watch.PromptDrift.Verdict;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptDriftTest {
  private static final Policy POLICY = new Policy(200, 5_000, 6);
  private static final int USUAL = 1_500;

  /** Prompts of a topic: a few directions with much scatter, the rest with little. */
  private static final class Topic {
    private final Random random;
    private final float[] mean;
    private final float[][] directions;
    private final double scale;

    Topic(long structure, long seed, int width, double distance, double scale) {
      Random shape = new Random(structure);
      this.random = new Random(seed);
      this.scale = scale;
      this.mean = new float[width];
      this.directions = new float[12][width];
      for (int i = 0; i < width; i++) {
        mean[i] = (float) (distance * shape.nextGaussian());
      }
      for (float[] direction : directions) {
        for (int i = 0; i < width; i++) {
          direction[i] = (float) shape.nextGaussian();
        }
      }
    }

    float[] next() {
      float[] prompt = mean.clone();
      for (float[] direction : directions) {
        double much = scale * random.nextGaussian();
        for (int i = 0; i < prompt.length; i++) {
          prompt[i] += (float) (much * direction[i]);
        }
      }
      for (int i = 0; i < prompt.length; i++) {
        prompt[i] += (float) (0.5 * scale * random.nextGaussian());
      }
      return prompt;
    }
  }

  @ParameterizedTest
  @CsvSource({"1,16", "2,128", "3,128", "4,1024", "5,1024"})
  void promptsLikeBeforeAreNoDrift(long seed, int width) {
    Topic topic = new Topic(seed, seed + 100, width, 1, 1);
    assertThat(firstDrift(6_000, i -> topic.next())).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({"1,128,1.0", "2,128,0.5", "3,1024,1.0", "4,1024,0.5", "5,16,1.0"})
  void anotherTopicIsDriftWithinSomeDozens(long seed, int width, double share) {
    Topic usual = new Topic(seed, seed + 100, width, 1, 1);
    Topic other = new Topic(seed + 50, seed + 150, width, 1, 1);
    Random mix = new Random(seed);
    int found =
        firstDrift(
            USUAL + 200, i -> i < USUAL || mix.nextDouble() >= share ? usual.next() : other.next());
    assertThat(found - USUAL).isBetween(1, 100);
  }

  @Test
  void aWiderSpreadAroundTheSameMeanIsDriftToo() {
    Topic usual = new Topic(7, 107, 128, 1, 1);
    Topic wider = new Topic(7, 108, 128, 1, 1.8);
    Run run = run(USUAL + 200, i -> i < USUAL ? usual.next() : wider.next());
    assertThat(run.first - USUAL).isBetween(1, 100);
    assertThat(run.reason).isEqualTo(Reason.SPREAD);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void aStrangePromptNowAndThenIsNoDrift(long seed) {
    Topic usual = new Topic(seed, seed + 100, 128, 1, 1);
    Topic strange = new Topic(seed + 50, seed + 150, 128, 10, 1);
    Random mix = new Random(seed);
    assertThat(
            firstDrift(
                4_000, i -> i > 400 && mix.nextDouble() < 0.02 ? strange.next() : usual.next()))
        .isEqualTo(-1);
  }

  @Test
  void driftThatStaysBecomesTheUsual() {
    Topic usual = new Topic(21, 121, 128, 1, 1);
    Topic other = new Topic(71, 171, 128, 1, 1);
    Policy forgetful = new Policy(200, 1_000, 6);
    State state = State.NEW;
    Verdict last = new Verdict.Learning(0, 0);
    for (int i = 0; i < 12_000; i++) {
      PromptDrift.Observation o =
          PromptDrift.observe(state, i < USUAL ? usual.next() : other.next(), forgetful);
      state = o.next();
      last = o.verdict();
    }
    assertThat(last).isInstanceOf(Verdict.Usually.class);
  }

  @Test
  void identicalPromptsAreNoDriftAndAnotherEncoderStartsAnew() {
    assertThat(firstDrift(1_000, i -> new float[] {1, 2, 3})).isEqualTo(-1);
    State state = PromptDrift.observe(State.NEW, new float[8], POLICY).next();
    assertThat(PromptDrift.observe(state, new float[16], POLICY).verdict())
        .isEqualTo(new Verdict.Learning(1, 400));
  }

  private record Run(int first, Reason reason) {}

  private static int firstDrift(int prompts, IntFunction<float[]> prompt) {
    return run(prompts, prompt).first;
  }

  private static Run run(int prompts, IntFunction<float[]> prompt) {
    State state = State.NEW;
    for (int i = 0; i < prompts; i++) {
      PromptDrift.Observation o = PromptDrift.observe(state, prompt.apply(i), POLICY);
      state = o.next();
      if (o.verdict() instanceof Verdict.Drifted drifted) {
        return new Run(i, drifted.reason());
      }
    }
    return new Run(-1, Reason.LOCATION);
  }
}
