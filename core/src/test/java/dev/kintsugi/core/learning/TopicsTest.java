package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.learning.Topics.Seen;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With points that are drawn around as many centres as there are subjects. */
class TopicsTest {

  private static final int DIMENSIONS = 48;
  private static final int SUBJECTS = 12;

  private final Random random;
  private final List<float[]> centres = new ArrayList<>();

  TopicsTest() {
    random = new Random(5);
    for (int i = 0; i < SUBJECTS; i++) {
      centres.add(gaussian(1));
    }
  }

  private float[] gaussian(double scale) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (scale * random.nextGaussian());
    }
    return vector;
  }

  private Direction about(int subject) {
    float[] near = gaussian(0.6);
    for (int i = 0; i < DIMENSIONS; i++) {
      near[i] += centres.get(subject)[i];
    }
    return Direction.of("m", near);
  }

  /** Of a subject, with one of 200 words, and now and then one that the subject's prompts share. */
  private Sample sample(int subject, boolean failed) {
    Set<String> features = new HashSet<>();
    features.add("frames>=9");
    features.add("word:any" + random.nextInt(200));
    if (random.nextInt(6) == 0) {
      features.add("word:of" + subject + "x" + random.nextInt(2));
    }
    return new Sample(features, failed, "v1", about(subject));
  }

  private List<Sample> samples(int count, int failing) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int subject = i % SUBJECTS;
      samples.add(sample(subject, subject == failing || random.nextInt(50) == 0));
    }
    return samples;
  }

  private static List<MinedRule> mined(SampleSet set) {
    return Miner.mine(set, MiningPolicy.DEFAULT);
  }

  @Test
  void failuresOfOneSubjectInManyWordsAreFoundAndStopFurtherOnes() {
    Seen seen = Topics.all(SampleSet.whole(samples(1_200, 3)), Map.of());
    List<MinedRule> rules = mined(seen.set());
    assertThat(rules).hasSize(1);
    assertThat(rules.getFirst().features()).hasSize(1);
    Topic topic = seen.fresh().get(rules.getFirst().features().first());
    assertThat(share(topic, 3)).as("of further prompts of it").isGreaterThan(0.85);
    for (int subject = 0; subject < SUBJECTS; subject++) {
      if (subject != 3) {
        assertThat(share(topic, subject)).as("of others").isLessThan(0.02);
      }
    }
    assertThat(TopicWords.of(topic, seen.set()))
        .satisfies(words -> assertThat(words.words()).containsOnly("of3x0", "of3x1"))
        .satisfies(words -> assertThat(words.prompts()).isBetween(85, 115));
  }

  private double share(Topic topic, int subject) {
    int has = 0;
    for (int i = 0; i < 200; i++) {
      has += topic.has(about(subject)) ? 1 : 0;
    }
    return has / 200.0;
  }

  @Test
  void neitherOrderNorFailuresNorTheSamePromptAgainChangeTheTopics() {
    List<Sample> samples = new ArrayList<>(samples(600, 3));
    Map<String, Topic> topics = Topics.all(SampleSet.whole(samples), Map.of()).fresh();
    assertThat(topics).hasSizeGreaterThan(SUBJECTS);
    List<Sample> others =
        samples.stream()
            .map(s -> new Sample(s.features(), !s.failed(), "v2", s.direction()))
            .collect(Collectors.toCollection(ArrayList::new));
    others.addAll(samples.subList(0, 300));
    Collections.shuffle(others, random);
    assertThat(Topics.all(SampleSet.whole(others), Map.of()).fresh()).isEqualTo(topics);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void chanceMakesNoRules(int seed) {
    random.setSeed(seed);
    List<Sample> samples = samples(1_200, -1);
    SampleSet set = Topics.all(SampleSet.whole(samples), Map.of()).set();
    assertThat(mined(set)).isEmpty();
  }

  @Test
  void aWordThatExplainsItAsWellIsTheRule() {
    List<Sample> samples = new ArrayList<>();
    for (Sample sample : samples(1_200, 3)) {
      Set<String> features = new HashSet<>(sample.features());
      if (sample.failed()) {
        features.add("word:lighthouse");
      }
      samples.add(new Sample(features, sample.failed(), "v1", sample.direction()));
    }
    SampleSet set = Topics.all(SampleSet.whole(samples), Map.of()).set();
    assertThat(mined(set))
        .extracting(MinedRule::features)
        .extracting(features -> String.join(" & ", features))
        .containsExactly("word:lighthouse");
  }

  @Test
  void aTopicGoesTogetherWithAnyOtherFeatureAndWithNoSecondTopic() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 2_400; i++) {
      int subject = i % SUBJECTS;
      boolean long_ = random.nextInt(3) == 0;
      Sample sample = sample(subject, long_ && subject == 3);
      Set<String> features = new HashSet<>(sample.features());
      if (long_) {
        features.add("frames>=49");
      }
      samples.add(new Sample(features, sample.failed(), "v1", sample.direction()));
    }
    List<MinedRule> rules = mined(Topics.all(SampleSet.whole(samples), Map.of()).set());
    assertThat(rules).hasSize(1);
    assertThat(rules.getFirst().features())
        .hasSize(2)
        .contains("frames>=49")
        .anyMatch(TopicName::is);
  }

  @Test
  void whatIsKnownIsFoundAgainByItsName() {
    Seen first = Topics.all(SampleSet.whole(samples(1_200, 3)), Map.of());
    Topic topic = first.fresh().get(mined(first.set()).getFirst().features().first());
    String name = new TopicName(List.of("a", "b"), 7).feature();
    List<Sample> later = samples(2_000, 3);
    Seen again = Topics.all(SampleSet.whole(later), Map.of(name, topic));
    assertThat(mined(again.set())).extracting(MinedRule::features).containsExactly(sorted(name));
    assertThat(Topics.with(SampleSet.whole(later), Map.of(name, topic)).samples())
        .filteredOn(sample -> sample.features().contains(name))
        .hasSizeBetween(150, 200);
  }

  private static java.util.SortedSet<String> sorted(String name) {
    return new java.util.TreeSet<>(Set.of(name));
  }

  @Test
  void fewPromptsOrNoneHaveNoTopics() {
    assertThat(Topics.all(SampleSet.whole(List.of()), Map.of()).fresh()).isEmpty();
    List<Sample> few = samples(Topics.LEAST_PROMPTS - 1, 3);
    assertThat(Topics.all(SampleSet.whole(few), Map.of()).fresh()).isEmpty();
    List<Sample> old = new SyntheticJobs(1).samples(500, job -> false, 0.1);
    Seen seen = Topics.all(SampleSet.whole(old), Map.of());
    assertThat(seen.set().samples()).isEqualTo(old);
    Sample same = few.getFirst();
    assertThat(Topics.all(SampleSet.whole(Collections.nCopies(500, same)), Map.of()).fresh())
        .as("one prompt 500 times")
        .isEmpty();
  }

  @Test
  void directionsOfAnotherModelAreAboutNothing() {
    Direction direction = about(1);
    Topic topic = new Topic(direction, -1);
    assertThat(topic.has(direction)).isTrue();
    assertThat(topic.has(new Direction("other", direction.steps()))).isFalse();
    assertThat(topic.has(Direction.of("m", new float[] {1, 2}))).isFalse();
    List<Sample> mixed = new ArrayList<>(samples(300, 3));
    samples(300, 3)
        .forEach(
            s ->
                mixed.add(
                    new Sample(
                        s.features(), false, "v", new Direction("n", s.direction().steps()))));
    assertThat(Topics.all(SampleSet.whole(mixed), Map.of()).fresh().values())
        .extracting(fresh -> fresh.centre().model())
        .contains("m", "n");
  }

  @Test
  void allCentresAtOnceSayWhatEachSays() {
    List<Direction> some = List.of(about(0), about(1), about(1), about(2));
    Direction one = about(1);
    assertThat(new Centres(some).cosines(one))
        .containsExactly(some.stream().mapToDouble(one::cosine).toArray());
    assertThat(one.cosine(one)).isCloseTo(1, within(1e-9));
  }

  @Test
  void wordsThatFewPromptsHaveAreNoName() {
    Set<Sample> samples = new LinkedHashSet<>();
    for (int i = 0; i < 300; i++) {
      int subject = i % SUBJECTS;
      Function<String, String> word = text -> "word:" + text + subject;
      samples.add(
          new Sample(
              i < 4 * SUBJECTS
                  ? Set.of(word.apply("secret"), "word:all")
                  : Set.of(word.apply("usual"), "han:悲伤", "han:悲伤的", "word:all"),
              false,
              "v1",
              about(subject)));
    }
    Topic topic = new Topic(Direction.of("m", centres.get(2)), 0.7);
    TopicWords words = TopicWords.of(topic, SampleSet.whole(List.copyOf(samples)));
    assertThat(words.words()).containsExactly("usual2");
  }

  @Test
  void aNameIsReadBackAndNothingElseIsOne() {
    assertThat(TopicName.parse("topic:dragon-castle~12"))
        .hasValueSatisfying(name -> assertThat(name.words()).containsExactly("dragon", "castle"))
        .hasValueSatisfying(name -> assertThat(name.id()).isEqualTo(12))
        .hasValueSatisfying(name -> assertThat(name.feature()).isEqualTo("topic:dragon-castle~12"));
    TopicName none = new TopicName(List.of(), 3);
    assertThat(TopicName.parse(none.feature())).contains(none);
    for (String other : List.of("word:x~1", "topic:x", "topic:~1", "topic:x~", "topic:a~b~1")) {
      assertThat(TopicName.parse(other)).as(other).isEmpty();
    }
  }
}
