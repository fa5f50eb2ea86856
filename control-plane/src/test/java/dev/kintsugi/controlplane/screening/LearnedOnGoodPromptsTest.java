package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.learning.MinedRule;
import dev.kintsugi.core.learning.Miner;
import dev.kintsugi.core.learning.MiningPolicy;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.learning.Sample;
import dev.kintsugi.core.learning.SampleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is learned from prompts of customers that fail is held against others of theirs that do not:
 * the same words, near what makes a job fail, and failures by chance among them.
 */
class LearnedOnGoodPromptsTest {

  private static final int JOBS = 5_000;
  private static final int GOOD = 10_000;
  private static final int[] FRAMES = {9, 17, 33, 49, 81};

  /** Each is added to one prompt of so many, and harms alone, in company, or not. */
  private static final int ADDED_TO_EACH = 12;

  private static final List<String> ADDED =
      List.of(", a dragon", ", crystal", ", thunder", " 🐉🐉🐉🐉🐉🐉", " 🐉🐉🐉");

  private final Random random = new Random(20261130);
  private final GoodPrompts prompts = new GoodPrompts(20261130);

  private Submission next() {
    StringBuilder prompt = new StringBuilder(prompts.next());
    ADDED.stream().filter(part -> random.nextInt(ADDED_TO_EACH) == 0).forEach(prompt::append);
    int size = 1 + random.nextInt(4);
    int frames = FRAMES[random.nextInt(FRAMES.length)];
    return new Submission(prompt.toString(), 160 * size, 96 * size, frames, 20);
  }

  private static boolean fails(Submission job) {
    return has(job, "a dragon")
        || has(job, "crystal", "thunder")
        || has(job, "红狐狸")
        || has(job, "🐉🐉🐉🐉🐉🐉")
        || (has(job, "whale") && job.frames() >= 49);
  }

  private static boolean has(Submission job, String... parts) {
    return Stream.of(parts).allMatch(job.prompt()::contains);
  }

  private List<MinedRule> learned() {
    List<Sample> samples = new ArrayList<>(JOBS);
    for (int i = 0; i < JOBS; i++) {
      Submission job = next();
      boolean failed = fails(job) || random.nextInt(50) == 0;
      samples.add(new Sample(PromptFeatures.of(job), failed, "v1|tenant-" + i % 3));
    }
    return Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT);
  }

  @Test
  void ofTenThousandGoodPromptsWhatIsLearnedStopsHardlyAny() {
    List<MinedRule> rules = learned();
    assertThat(rules)
        .<Set<String>>extracting(MinedRule::features)
        .contains(Set.of("word:dragon"), Set.of("word:crystal", "word:thunder"))
        .contains(Set.of("frames>=49", "word:whale"))
        .anySatisfy(features -> assertThat(features).allMatch(name -> name.startsWith("han:")))
        .anySatisfy(features -> assertThat(features).contains("emoji-run>=5"));

    List<String> stopped = new ArrayList<>();
    int good = 0;
    while (good < GOOD) {
      Submission job = next();
      if (!fails(job)) {
        good++;
        Set<String> features = PromptFeatures.of(job);
        rules.stream()
            .filter(rule -> features.containsAll(rule.features()))
            .findFirst()
            .ifPresent(rule -> stopped.add(rule.features() + ": " + job));
      }
    }
    assertThat(stopped).as("stopped, of 10,000").hasSizeLessThanOrEqualTo(GOOD / 200);
  }
}
