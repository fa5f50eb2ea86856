package dev.kintsugi.core.learning;

import static dev.kintsugi.core.learning.SyntheticJobs.has;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinerTest {

  private static List<Set<String>> mined(List<Sample> samples) {
    return Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT).stream()
        .<Set<String>>map(MinedRule::features)
        .toList();
  }

  @Test
  void nothingFailsAndNothingIsThere() {
    assertThat(mined(List.of())).isEmpty();
    assertThat(mined(new SyntheticJobs(1).samples(300, job -> false, 0))).isEmpty();
    assertThat(mined(new SyntheticJobs(1).samples(300, job -> true, 0)))
        .as("if everything fails no feature tells anything")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aWordIsFoundAmongOrdinaryFailuresAndNothingElse(long seed) {
    List<Sample> samples = new SyntheticJobs(seed).samples(2_000, job -> has(job, "dragon"), 0.02);
    List<MinedRule> rules = Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT);
    assertThat(rules).hasSize(1);
    MinedRule rule = rules.getFirst();
    assertThat(rule.features()).containsExactly("word:dragon");
    assertThat(rule.failed()).isEqualTo(rule.matched());
    assertThat(rule.lift()).isGreaterThan(5);
    assertThat(rule.leastPrecision()).isGreaterThan(0.9);
    assertThat(rule.falseDiscovery()).isLessThan(1e-20);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void eachPlantedTruthIsFoundInItsShortestForm(long seed) {
    List<Sample> samples =
        new SyntheticJobs(seed)
            .samples(
                6_000,
                job ->
                    has(job, "knight", "night,")
                        || has(job, "🐉🐉🐉🐉🐉")
                        || has(job, "悲伤")
                        || (has(job, "whale") && job.frames() >= 49),
                0.02);
    assertThat(mined(samples))
        .contains(Set.of("word:knight", "word:night"), Set.of("emoji-run>=5"))
        .contains(Set.of("frames>=49", "word:whale"))
        .anySatisfy(rule -> assertThat(rule).allMatch(name -> name.startsWith("han:")))
        .hasSize(4);
  }

  @Test
  void aBoundOfTheSizeIsFoundToTheNearestName() {
    List<Sample> samples =
        new SyntheticJobs(7)
            .samples(3_000, job -> job.width() * job.height() * job.frames() >= 10_000_000, 0.02);
    assertThat(mined(samples)).hasSize(1).first().asString().contains("pixels>=");
    assertThat(
            Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT).getFirst().leastPrecision())
        .isGreaterThan(0.7);
  }

  @Test
  void chanceMakesNoRules() {
    long found =
        IntStream.range(0, 60)
            .parallel()
            .mapToLong(
                seed -> mined(new SyntheticJobs(seed).samples(1_500, j -> false, 0.3)).size())
            .sum();
    assertThat(found).as("at most one in a hundred runs may find one").isZero();
  }

  @Test
  void whatABadVersionFailsAtIsNoFaultOfTheWordsOfThatDay() {
    SplittableRandom random = new SplittableRandom(3);
    SyntheticJobs jobs = new SyntheticJobs(3);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      boolean bad = i >= 1_800;
      Set<String> features = new java.util.HashSet<>(PromptFeatures.of(jobs.next()));
      if (random.nextInt(10) < (bad ? 9 : 0)) {
        features.add("word:christmas");
      }
      samples.add(new Sample(features, bad || random.nextInt(50) == 0, bad ? "v2" : "v1"));
    }
    assertThat(mined(samples)).isEmpty();
  }

  @Test
  void theSameSamplesGiveTheSameRules() {
    List<Sample> samples =
        new SyntheticJobs(9).samples(3_000, job -> has(job, "robot") || has(job, "mars"), 0.05);
    assertThat(Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT))
        .isEqualTo(Miner.mine(SampleSet.whole(samples), MiningPolicy.DEFAULT))
        .hasSize(2);
  }

  /**
   * One good job in ten is looked at. Among the samples most with the word failed; among the jobs
   * only a third did.
   */
  @Test
  void whatIsOftenGoodIsNoRuleThoughFewOfTheGoodOnesAreLookedAt() {
    List<Sample> samples = new ArrayList<>(new SyntheticJobs(4).samples(2_000, j -> false, 0.02));
    add(samples, "word:lantern", 60, 12);
    assertThat(mined(samples)).containsExactly(Set.of("word:lantern"));
    assertThat(Miner.mine(new SampleSet(samples, 10, Census.NONE), MiningPolicy.DEFAULT)).isEmpty();

    add(samples, "word:comet", 60, 1);
    List<MinedRule> found =
        Miner.mine(new SampleSet(samples, 10, Census.NONE), MiningPolicy.DEFAULT);
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().features()).containsExactly("word:comet");
    assertThat(found.getFirst().failed()).isEqualTo(60);
    assertThat(found.getFirst().matched()).isEqualTo(70);
  }

  /**
   * By the samples alone, a rule of 14 failures and no good job may be one of 40 good ones that
   * were not drawn. Counted, it is what it is.
   */
  @Test
  void whatTheSamplesCannotShowIsCounted() {
    List<Sample> samples = new ArrayList<>(new SyntheticJobs(4).samples(2_000, j -> false, 0.02));
    add(samples, "word:lantern", 14, 0);
    add(samples, "word:comet", 16, 0);
    assertThat(Miner.mine(new SampleSet(samples, 10, Census.NONE), MiningPolicy.DEFAULT)).isEmpty();

    List<List<Set<String>>> without = new ArrayList<>();
    Census census =
        (with, others) -> {
          without.add(others);
          return OptionalLong.of(with.contains("word:lantern") ? 2 : 40);
        };
    List<MinedRule> found = Miner.mine(new SampleSet(samples, 10, census), MiningPolicy.DEFAULT);
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().features()).containsExactly("word:lantern");
    assertThat(found.getFirst().matched()).isEqualTo(16);
    assertThat(found.getFirst().leastPrecision()).isBetween(0.6, 0.75);
    assertThat(without).containsOnly(List.of());
  }

  private static void add(List<Sample> samples, String word, int failed, int good) {
    for (int i = 0; i < failed + good; i++) {
      samples.add(new Sample(Set.of(word), i < failed, "v1|tenant-0|day-0"));
    }
  }
}
