import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.learning.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A service's jobs with planted causes of failure: a word, a pair of words, a word in long clips and a run of emoji, among words
 * of Zipf's frequencies. Everything else fails by chance.
 */
final class World {
  private static final int WORDS = 2_000;
  private static final int[] FRAMES = {9, 17, 33, 49, 81};

  /** A job as it is mined, and what a cause made of it. */
  record Job(Sample sample, boolean planted) {}

  private final SplittableRandom random;
  private final double noise;
  private final double[] cumulative = new double[WORDS];
  final List<Set<String>> causes = new ArrayList<>();

  World(long seed, double noise) {
    this(seed, noise, List.of());
    // Of middling frequency: a cause that nobody meets cannot be found, one that everybody meets is an outage.
    causes.add(Set.of(name(60 + random.nextInt(60))));
    causes.add(Set.of(name(8 + random.nextInt(8)), name(20 + random.nextInt(10))));
    causes.add(Set.of(name(35 + random.nextInt(20)), "frames>=49"));
    causes.add(Set.of("emoji-run>=5"));
  }

  /** With other causes. */
  World(long seed, double noise, List<Set<String>> causes) {
    this.random = new SplittableRandom(seed);
    this.noise = noise;
    this.causes.addAll(causes);
    double sum = 0;
    for (int i = 0; i < WORDS; i++) {
      sum += 1 / Math.pow(i + 3, 0.9);
      cumulative[i] = sum;
    }
  }

  static String name(int word) {
    return "word:" + word(word);
  }

  private static String word(int number) {
    return "w" + Integer.toString(number, 36);
  }

  List<Job> jobs(int count) {
    List<Job> jobs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      jobs.add(job(i));
    }
    return jobs;
  }

  Job job(int number) {
    StringBuilder prompt = new StringBuilder();
    int words = 5 + random.nextInt(12);
    for (int i = 0; i < words; i++) {
      prompt.append(word(draw())).append(' ');
    }
    if (random.nextInt(30) == 0) {
      prompt.append("🐉".repeat(1 + random.nextInt(8)));
    }
    int size = 1 + random.nextInt(4);
    Set<String> features =
        PromptFeatures.of(
            new Submission(
                prompt.toString(), 160 * size, 96 * size, FRAMES[random.nextInt(FRAMES.length)], 20));
    boolean planted = causes.stream().anyMatch(features::containsAll);
    boolean failed = planted ? random.nextInt(20) > 0 : random.nextDouble() < noise;
    return new Job(new Sample(features, failed, "v1|day-" + number / 2_000), planted);
  }

  private int draw() {
    double at = random.nextDouble() * cumulative[WORDS - 1];
    int low = 0;
    int high = WORDS - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (cumulative[middle] < at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
