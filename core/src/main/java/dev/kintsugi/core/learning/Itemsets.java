package dev.kintsugi.core.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Conjunctions of features that enough failed samples have, found length by length: one whose part
 * is rare is rare itself (Agrawal and Srikant, Apriori, 1994). What goes with a feature is counted
 * by reading the samples that have it, so that time grows with the samples and not with the square
 * of the features: the parts of a rare pair need not stand out by themselves.
 */
final class Itemsets {

  /** The features of most failures are put together; alone every feature is looked at. */
  private static final int MOST_ITEMS = 3_000;

  /** The most telling pairs are extended. */
  private static final int MOST_PAIRS = 3_000;

  private final List<Itemset> all = new ArrayList<>();
  private final Map<String, int[]> places;
  private final BitSet failed;
  private final int samples;
  private final double failedShare;
  private final int leastSupport;
  private final Wanted wanted;
  private final long features;

  /**
   * @param size samples that have all of its features
   * @param hits those of them that failed
   */
  record Itemset(Set<String> names, int size, int hits) {

    boolean contains(Itemset other) {
      return names.size() > other.names.size() && names.containsAll(other.names);
    }

    /** Every conjunction of fewer of its features. */
    Stream<Set<String>> parts() {
      return parts(names);
    }

    private static Stream<Set<String>> parts(Set<String> names) {
      return names.size() == 1
          ? Stream.empty()
          : names.stream()
              .map(left -> without(names, left))
              .flatMap(rest -> Stream.concat(Stream.of(rest), parts(rest)));
    }

    private static Set<String> without(Set<String> names, String left) {
      return names.stream().filter(name -> !name.equals(left)).collect(Collectors.toSet());
    }
  }

  /** Which of the conjunctions with enough failures are kept. */
  @FunctionalInterface
  interface Wanted {

    /**
     * @param possible conjunctions of its length that the samples could have shown
     */
    boolean of(int size, int hits, double possible);
  }

  /**
   * @param places the samples that have it, in their order
   */
  private record Item(String name, String family, int[] places, int hits) {
    int good() {
      return places.length - hits;
    }
  }

  /** Two items by their numbers, the lower one first. */
  private record Pair(int first, int second, int size, int hits) {
    int good() {
      return size - hits;
    }

    long key() {
      return key(first, second);
    }

    static long key(int one, int other) {
      return ((long) Math.min(one, other) << Integer.SIZE) | Math.max(one, other);
    }
  }

  private Itemsets(
      Map<String, int[]> places,
      long features,
      BitSet failed,
      int samples,
      int leastSupport,
      Wanted wanted) {
    this.places = places;
    this.features = features;
    this.failed = failed;
    this.samples = samples;
    this.failedShare = failed.cardinality() / Math.max(1.0, samples);
    this.leastSupport = leastSupport;
    this.wanted = wanted;
  }

  static Itemsets of(SampleSet set, BitSet failed, int leastSupport, Wanted wanted) {
    List<Sample> samples = set.samples();
    Map<String, int[]> counts = counts(samples);
    long features =
        counts.values().stream()
            .filter(count -> set.jobs(count[1], count[0] - count[1]) >= leastSupport)
            .count();
    Itemsets itemsets =
        new Itemsets(
            places(samples, counts, leastSupport),
            features,
            failed,
            samples.size(),
            leastSupport,
            wanted);
    itemsets.build();
    return itemsets;
  }

  List<Itemset> all() {
    return all;
  }

  /** How many conjunctions of a length the jobs could have shown often enough. */
  double possible(int length) {
    return switch (length) {
      case 1 -> features;
      case 2 -> features * (features - 1.0) / 2;
      default -> features * (features - 1.0) * (features - 2.0) / 6;
    };
  }

  /** The samples that have all features of a set. */
  BitSet matched(Itemset set) {
    BitSet matched = new BitSet(samples);
    matched.set(0, samples);
    for (String name : set.names()) {
      BitSet one = new BitSet(samples);
      for (int place : places.getOrDefault(name, new int[0])) {
        one.set(place);
      }
      matched.and(one);
    }
    return matched;
  }

  /** Samples of each feature, and those of them that failed. */
  private static Map<String, int[]> counts(List<Sample> samples) {
    Map<String, int[]> counts = new HashMap<>();
    for (Sample sample : samples) {
      for (String name : sample.features()) {
        int[] count = counts.computeIfAbsent(name, key -> new int[2]);
        count[0]++;
        count[1] += sample.failed() ? 1 : 0;
      }
    }
    return counts;
  }

  /** Of features that enough failed samples have. */
  private static Map<String, int[]> places(
      List<Sample> samples, Map<String, int[]> counts, int leastSupport) {
    Map<String, int[]> places = new HashMap<>();
    Map<String, int[]> filled = new HashMap<>();
    counts.forEach(
        (name, count) -> {
          if (count[1] >= leastSupport) {
            places.put(name, new int[count[0]]);
            filled.put(name, new int[1]);
          }
        });
    for (int i = 0; i < samples.size(); i++) {
      for (String name : samples.get(i).features()) {
        int[] at = filled.get(name);
        if (at != null) {
          Objects.requireNonNull(places.get(name))[at[0]++] = i;
        }
      }
    }
    return places;
  }

  private void build() {
    List<Item> items =
        places.entrySet().stream()
            .map(entry -> item(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingInt((Item i) -> -i.hits()).thenComparing(Item::name))
            .toList();
    for (Item item : items) {
      keep(Set.of(item.name()), item.places().length, item.hits());
    }
    combine(items.subList(0, Math.min(MOST_ITEMS, items.size())));
  }

  private Item item(String name, int[] at) {
    int hits = 0;
    for (int place : at) {
      hits += failed.get(place) ? 1 : 0;
    }
    return new Item(name, PromptFeatures.family(name), at, hits);
  }

  private void keep(Set<String> names, int size, int hits) {
    if (wanted.of(size, hits, possible(names.size()))) {
      all.add(new Itemset(names, size, hits));
    }
  }

  private void combine(List<Item> items) {
    int[][] bySample = bySample(items);
    Tally tally = new Tally(bySample, failed, items.size());
    Map<Long, Pair> pairs = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Item one = items.get(i);
      tally.count(one.places());
      for (int j = i + 1; j < items.size(); j++) {
        Item other = items.get(j);
        Pair pair = new Pair(i, j, tally.size(j), tally.hits(j));
        if (pair.hits() >= leastSupport
            && pair.good() < Math.min(one.good(), other.good())
            && !one.family().equals(other.family())) {
          pairs.put(pair.key(), pair);
          keep(Set.of(one.name(), other.name()), pair.size(), pair.hits());
        }
      }
    }
    Set<Set<String>> seen = new HashSet<>();
    pairs.values().stream()
        .filter(
            pair -> !aboutTopic(items.get(pair.first())) && !aboutTopic(items.get(pair.second())))
        .sorted(
            Comparator.comparingDouble((Pair pair) -> -excess(pair)).thenComparingLong(Pair::key))
        .limit(MOST_PAIRS)
        .forEach(pair -> extend(pair, items, pairs, tally, seen));
  }

  /**
   * A pair with a topic is not extended. Wide topics around a true one stand out with every
   * frequent word, and to read their many samples for a third feature would take most of the time.
   */
  private static boolean aboutTopic(Item item) {
    return TopicName.is(item.name());
  }

  /** Standard deviations by which more of a pair's samples failed than of all. */
  private double excess(Pair pair) {
    double expected = pair.size() * failedShare;
    return (pair.hits() - expected) / Math.sqrt(expected * (1 - failedShare) + 1);
  }

  private void extend(
      Pair pair, List<Item> items, Map<Long, Pair> pairs, Tally tally, Set<Set<String>> seen) {
    Item first = items.get(pair.first());
    Item second = items.get(pair.second());
    tally.count(common(first.places(), second.places()));
    for (int k = 0; k < items.size(); k++) {
      Pair one = pairs.get(Pair.key(pair.first(), k));
      Pair other = pairs.get(Pair.key(pair.second(), k));
      if (tally.hits(k) >= leastSupport && one != null && other != null) {
        int good = tally.size(k) - tally.hits(k);
        Set<String> names = Set.of(first.name(), second.name(), items.get(k).name());
        // One that takes no good prompt away from its parts is only longer than they are.
        if (good < Math.min(pair.good(), Math.min(one.good(), other.good())) && seen.add(names)) {
          keep(names, tally.size(k), tally.hits(k));
        }
      }
    }
  }

  private int[][] bySample(List<Item> items) {
    int[] counts = new int[samples];
    items.forEach(
        item -> {
          for (int place : item.places()) {
            counts[place]++;
          }
        });
    int[][] bySample = new int[samples][];
    for (int i = 0; i < samples; i++) {
      bySample[i] = new int[counts[i]];
      counts[i] = 0;
    }
    for (int number = 0; number < items.size(); number++) {
      for (int place : items.get(number).places()) {
        bySample[place][counts[place]++] = number;
      }
    }
    return bySample;
  }

  private static int[] common(int[] one, int[] other) {
    int[] both = new int[Math.min(one.length, other.length)];
    int count = 0;
    int j = 0;
    for (int place : one) {
      while (j < other.length && other[j] < place) {
        j++;
      }
      if (j < other.length && other[j] == place) {
        both[count++] = place;
      }
    }
    return Arrays.copyOf(both, count);
  }

  /** Which items go with what is looked at, and in how many samples that failed. */
  private static final class Tally {
    private final int[][] bySample;
    private final BitSet failed;
    private final int[] sizes;
    private final int[] hits;

    Tally(int[][] bySample, BitSet failed, int items) {
      this.bySample = bySample;
      this.failed = failed;
      this.sizes = new int[items];
      this.hits = new int[items];
    }

    void count(int[] places) {
      Arrays.fill(sizes, 0);
      Arrays.fill(hits, 0);
      for (int place : places) {
        int one = failed.get(place) ? 1 : 0;
        for (int item : bySample[place]) {
          sizes[item]++;
          hits[item] += one;
        }
      }
    }

    int size(int item) {
      return sizes[item];
    }

    int hits(int item) {
      return hits[item];
    }
  }
}
