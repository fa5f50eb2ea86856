package dev.kintsugi.core.learning;

import dev.kintsugi.core.learning.Bisection.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds what prompts are about, and which prompts are about it.
 *
 * <p>Groups are made of the prompts alone. Which of them failed has no say in it, so a topic is a
 * feature like any other, and counting it is all the correction it needs.
 */
public final class Topics {

  /** Different prompts, for groups that are more than neighbours by chance. */
  static final int LEAST_PROMPTS = 200;

  /** More of them make the same groups. */
  private static final int MOST_DRAWN = 10_000;

  private static final int LEAST_MEMBERS = 10;
  private static final int MOST_PARTS = 256;

  /** So small parts are as large as twice the least group, in the mean. */
  private static final int PROMPTS_A_PART = 2 * LEAST_MEMBERS;

  /**
   * What a larger share of all prompts is about is what the service is used for. It is above the
   * share of failures among samples, since all of these may be about one thing.
   */
  private static final double WIDEST = 0.5;

  /** Members that lie outside: how far a topic reaches is for mining to choose. */
  private static final double[] OUTSIDE = {0.05, 0.4};

  /** Rounded down, so that whoever is on the edge is inside. */
  private static final double ROUND = 1e4;

  /** Two topics that share so much of their prompts are one. */
  private static final double SAME = 0.5;

  private Topics() {}

  /**
   * Samples that have topics as features.
   *
   * @param fresh by feature: topics that nobody has kept yet
   */
  public record Seen(SampleSet set, Map<String, Topic> fresh) {}

  /**
   * With the topics that are known already, and new ones that are none of these.
   *
   * @param known by feature
   */
  public static Seen all(SampleSet set, Map<String, Topic> known) {
    Map<String, Topic> fresh = new LinkedHashMap<>();
    Map<Direction, List<String>> features = new HashMap<>();
    for (List<Direction> prompts : prompts(set)) {
      Map<String, BitSet> about = about(known, prompts);
      List<BitSet> old = List.copyOf(about.values());
      List<Topic> found = found(prompts);
      List<BitSet> theirs = about(found, prompts);
      for (int i = 0; i < found.size(); i++) {
        BitSet one = theirs.get(i);
        // What is found again is known by the name that it has.
        if (old.stream().noneMatch(other -> same(one, other))) {
          String name = TopicName.fresh(fresh.size());
          fresh.put(name, found.get(i));
          about.put(name, one);
        }
      }
      add(features, prompts, about);
    }
    return new Seen(widened(set, features), fresh);
  }

  /**
   * With these topics only.
   *
   * @param known by feature
   */
  public static SampleSet with(SampleSet set, Map<String, Topic> known) {
    Map<Direction, List<String>> features = new HashMap<>();
    for (List<Direction> prompts : prompts(set)) {
      add(features, prompts, about(known, prompts));
    }
    return widened(set, features);
  }

  private static void add(
      Map<Direction, List<String>> features, List<Direction> prompts, Map<String, BitSet> about) {
    about.forEach(
        (name, those) ->
            those.stream()
                .forEach(
                    prompt ->
                        features
                            .computeIfAbsent(prompts.get(prompt), p -> new ArrayList<>())
                            .add(name)));
  }

  private static SampleSet widened(SampleSet set, Map<Direction, List<String>> features) {
    return set.with(set.samples().stream().map(sample -> widened(sample, features)).toList());
  }

  private static Sample widened(Sample sample, Map<Direction, List<String>> features) {
    Direction direction = sample.direction();
    List<String> more = direction == null ? List.of() : features.getOrDefault(direction, List.of());
    if (more.isEmpty()) {
      return sample;
    }
    Set<String> all = new HashSet<>(sample.features());
    all.addAll(more);
    return new Sample(all, sample.failed(), sample.stratum(), direction);
  }

  /** Different prompts, model by model; in an order in which neither time nor failures show. */
  private static Collection<List<Direction>> prompts(SampleSet set) {
    Set<Direction> different = new LinkedHashSet<>();
    for (Sample sample : set.samples()) {
      if (sample.direction() != null) {
        different.add(sample.direction());
      }
    }
    return different.stream()
        .sorted((one, other) -> Arrays.compare(one.steps(), other.steps()))
        .collect(
            Collectors.groupingBy(
                direction -> direction.model() + " " + direction.steps().length,
                TreeMap::new,
                Collectors.toList()))
        .values();
  }

  private static List<Topic> found(List<Direction> prompts) {
    if (prompts.size() < LEAST_PROMPTS) {
      return List.of();
    }
    int drawn = Math.min(prompts.size(), MOST_DRAWN);
    List<Direction> some =
        IntStream.range(0, drawn)
            .mapToObj(i -> prompts.get((int) ((long) i * prompts.size() / drawn)))
            .toList();
    float[][] points = some.stream().map(Direction::unit).toArray(float[][]::new);
    List<Topic> topics = new ArrayList<>();
    for (Group group :
        Bisection.groups(points, Math.min(MOST_PARTS, drawn / PROMPTS_A_PART), LEAST_MEMBERS)) {
      if (group.members().length <= WIDEST * drawn) {
        topics.addAll(topics(group, some));
      }
    }
    return topics;
  }

  private static List<Topic> topics(Group group, List<Direction> prompts) {
    Direction centre = Direction.of(prompts.getFirst().model(), group.centre());
    double[] cosines =
        Arrays.stream(group.members())
            .mapToDouble(member -> prompts.get(member).cosine(centre))
            .sorted()
            .toArray();
    return Arrays.stream(OUTSIDE)
        .map(share -> Math.floor(cosines[(int) (share * cosines.length)] * ROUND) / ROUND)
        .distinct()
        .mapToObj(least -> new Topic(centre, least))
        .toList();
  }

  private static boolean same(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.and(other);
    int shared = both.cardinality();
    return shared >= SAME * (one.cardinality() + other.cardinality() - shared);
  }

  /** Those topics that prompts may be about, with the places of those that are. */
  private static Map<String, BitSet> about(Map<String, Topic> known, List<Direction> prompts) {
    List<String> names =
        known.entrySet().stream()
            .filter(entry -> entry.getValue().centre().comparable(prompts.getFirst()))
            .map(Map.Entry::getKey)
            .toList();
    List<BitSet> about = about(names.stream().map(known::get).toList(), prompts);
    Map<String, BitSet> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), about.get(i));
    }
    return named;
  }

  private static List<BitSet> about(List<Topic> topics, List<Direction> prompts) {
    List<BitSet> about = topics.stream().map(topic -> new BitSet(prompts.size())).toList();
    Centres centres = new Centres(topics.stream().map(Topic::centre).toList());
    for (int prompt = 0; prompt < prompts.size(); prompt++) {
      double[] cosines = centres.cosines(prompts.get(prompt));
      for (int i = 0; i < cosines.length; i++) {
        if (cosines[i] >= topics.get(i).leastCosine()) {
          about.get(i).set(prompt);
        }
      }
    }
    return about;
  }
}
