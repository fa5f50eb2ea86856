package dev.kintsugi.core.learning;

import dev.kintsugi.core.learning.PromptFeatures.Submission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Jobs of ordinary prompts, some of which fail for a reason that is planted, others by chance. */
final class SyntheticJobs {

  private static final String[] SUBJECTS = {
    "cat", "dog", "fox", "girl", "knight", "robot", "dragon", "boat", "horse", "owl", "whale",
    "bear"
  };
  private static final String[] VERBS = {
    "walks", "runs", "dances", "sleeps", "jumps", "swims", "waits", "sings"
  };
  private static final String[] PLACES = {
    "on a beach",
    "in a forest",
    "under rain",
    "in the snow",
    "at night",
    "in a neon city",
    "on mars"
  };
  private static final String[] STYLES = {
    "cinematic light",
    "watercolour",
    "close up",
    "slow pan",
    "wide shot",
    "pastel colours",
    "film grain"
  };
  private static final String[] CHINESE = {"一只小猫在草地上奔跑", "女孩在雨中跳舞", "悲伤的夜晚", "雪山下的城市"};
  private static final int[] FRAMES = {9, 17, 33, 49, 81};

  private final SplittableRandom random;

  SyntheticJobs(long seed) {
    this.random = new SplittableRandom(seed);
  }

  Submission next() {
    String prompt =
        random.nextInt(4) == 0
            ? one(CHINESE) + (random.nextBoolean() ? "，" + one(CHINESE) : "")
            : "a %s %s %s, %s".formatted(one(SUBJECTS), one(VERBS), one(PLACES), one(STYLES));
    String emoji = random.nextInt(25) == 0 ? " " + "🐉".repeat(1 + random.nextInt(8)) : "";
    int size = 1 + random.nextInt(4);
    return new Submission(
        prompt + emoji, 160 * size, 96 * size, FRAMES[random.nextInt(FRAMES.length)], 20);
  }

  /**
   * @param planted what is sure to fail
   * @param noise share of the others that fail by chance
   */
  List<Sample> samples(int jobs, Predicate<Submission> planted, double noise) {
    List<Sample> samples = new ArrayList<>(jobs);
    for (int i = 0; i < jobs; i++) {
      Submission job = next();
      Set<String> features = PromptFeatures.of(job);
      boolean failed = planted.test(job) || random.nextDouble() < noise;
      samples.add(
          new Sample(features, failed, "v1|tenant-" + random.nextInt(3) + "|day-" + i / 500));
    }
    return samples;
  }

  static boolean has(Submission job, String... words) {
    return Arrays.stream(words).allMatch(job.prompt()::contains);
  }

  private String one(String[] of) {
    return of[random.nextInt(of.length)];
  }
}
