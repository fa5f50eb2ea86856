package dev.kintsugi.core.learning;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Conjunctions of features that enough failed samples have, found length by length: one whose part
 * is rare is rare itself (Agrawal and Srikant, Apriori, 1994).
 */
final class Itemsets {

  /** The most telling features that are put together; alone every feature is looked at. */
  private static final int MOST_ITEMS = 300;

  private static final int MOST_PAIRS = 3_000;

  private final List<Itemset> all = new ArrayList<>();
  private final BitSet failed;
  private final int leastSupport;
  private final long features;

  /**
   * @param parts samples that have each of its features, by their place
   * @param size samples that have all of them
   * @param hits those of them that failed
   */
  record Itemset(Set<String> names, List<BitSet> parts, int size, int hits) {

    BitSet matched() {
      BitSet all = (BitSet) parts.getFirst().clone();
      parts.forEach(all::and);
      return all;
    }

    boolean contains(Itemset other) {
      return names.size() > other.names.size() && names.containsAll(other.names);
    }
  }

  /** A pair by the places of its items. */
  private record Pair(int first, int second) {}

  private Itemsets(BitSet failed, int leastSupport, long features) {
    this.failed = failed;
    this.leastSupport = leastSupport;
    this.features = features;
  }

  static Itemsets of(List<Sample> samples, BitSet failed, int leastSupport) {
    Map<String, BitSet> places = new HashMap<>();
    Map<String, int[]> counts = new HashMap<>();
    for (Sample sample : samples) {
      for (String name : sample.features()) {
        int[] count = counts.computeIfAbsent(name, key -> new int[2]);
        count[0]++;
        count[1] += sample.failed() ? 1 : 0;
      }
    }
    counts.forEach(
        (name, count) -> {
          if (count[1] >= leastSupport) {
            places.put(name, new BitSet());
          }
        });
    for (int i = 0; i < samples.size(); i++) {
      for (String name : samples.get(i).features()) {
        BitSet place = places.get(name);
        if (place != null) {
          place.set(i);
        }
      }
    }
    long tested = counts.values().stream().filter(count -> count[0] >= leastSupport).count();
    Itemsets itemsets = new Itemsets(failed, leastSupport, tested);
    itemsets.build(places);
    return itemsets;
  }

  List<Itemset> all() {
    return all;
  }

  /** How many conjunctions of a length the samples could have shown often enough. */
  double possible(int length) {
    return switch (length) {
      case 1 -> features;
      case 2 -> features * (features - 1.0) / 2;
      default -> features * (features - 1.0) * (features - 2.0) / 6;
    };
  }

  private void build(Map<String, BitSet> places) {
    List<Itemset> items =
        places.entrySet().stream()
            .map(entry -> set(Set.of(entry.getKey()), List.of(entry.getValue())))
            .sorted(
                Comparator.comparingDouble(Itemsets::excess)
                    .reversed()
                    .thenComparing(item -> item.names().toString()))
            .toList();
    all.addAll(items);
    combine(items.subList(0, Math.min(MOST_ITEMS, items.size())));
  }

  /** Failures beyond as many good ones: what is both frequent and telling comes first. */
  private static double excess(Itemset item) {
    return (double) item.hits() * item.hits() / item.size();
  }

  private void combine(List<Itemset> items) {
    Map<Pair, Itemset> pairs = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      for (int j = i + 1; j < items.size(); j++) {
        if (apart(items.get(i), items.get(j))) {
          Itemset pair = both(items.get(i), items.get(j));
          if (narrows(pair, items.get(i), items.get(j))) {
            pairs.put(new Pair(i, j), pair);
          }
        }
      }
    }
    all.addAll(pairs.values());
    pairs.entrySet().stream()
        .sorted(
            Comparator.comparingDouble((Map.Entry<Pair, Itemset> e) -> -excess(e.getValue()))
                .thenComparing(e -> e.getValue().names().toString()))
        .limit(MOST_PAIRS)
        .forEach(entry -> extend(entry.getKey(), entry.getValue(), items, pairs));
  }

  private void extend(Pair at, Itemset pair, List<Itemset> items, Map<Pair, Itemset> pairs) {
    for (int k = at.second() + 1; k < items.size(); k++) {
      if (pairs.containsKey(new Pair(at.first(), k))
          && pairs.containsKey(new Pair(at.second(), k))) {
        Itemset triple = both(pair, items.get(k));
        if (narrows(triple, pair, items.get(k))) {
          all.add(triple);
        }
      }
    }
  }

  /** One that takes no good prompt away from its parts is only longer than they are. */
  private boolean narrows(Itemset set, Itemset one, Itemset other) {
    return set.hits() >= leastSupport && good(set) < Math.min(good(one), good(other));
  }

  private static int good(Itemset set) {
    return set.size() - set.hits();
  }

  private static boolean apart(Itemset one, Itemset other) {
    return !PromptFeatures.family(one.names().iterator().next())
        .equals(PromptFeatures.family(other.names().iterator().next()));
  }

  private Itemset both(Itemset one, Itemset other) {
    Set<String> names = new HashSet<>(one.names());
    names.addAll(other.names());
    List<BitSet> parts = new ArrayList<>(one.parts());
    parts.addAll(other.parts());
    return set(names, parts);
  }

  private Itemset set(Set<String> names, List<BitSet> parts) {
    BitSet matched = (BitSet) parts.getFirst().clone();
    parts.forEach(matched::and);
    int size = matched.cardinality();
    matched.and(failed);
    return new Itemset(Set.copyOf(names), List.copyOf(parts), size, matched.cardinality());
  }
}
