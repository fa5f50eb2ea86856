package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.learning.Itemsets.Itemset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ItemsetsTest {

  private static final int LEAST = 2;
  private static final List<String> NAMES =
      List.of("word:a", "word:b", "word:c", "word:d", "frames>=9", "frames>=17", "mixed-scripts");

  @Provide
  Arbitrary<List<Sample>> samples() {
    Arbitrary<Set<String>> features = Arbitraries.of(NAMES).set().ofMaxSize(NAMES.size());
    return Combinators.combine(features, Arbitraries.of(true, false))
        .as((names, failed) -> new Sample(names, failed, "s"))
        .list()
        .ofMaxSize(40);
  }

  /** As it is defined, by counting every conjunction by itself. */
  @Property(tries = 300)
  void findsWhatCountingEverythingFinds(@ForAll("samples") List<Sample> samples) {
    BitSet failed = new BitSet();
    IntStream.range(0, samples.size()).forEach(i -> failed.set(i, samples.get(i).failed()));
    Itemsets found =
        Itemsets.of(SampleSet.whole(samples), failed, LEAST, (size, hits, possible) -> true);
    assertThat(found.all()).containsExactlyInAnyOrderElementsOf(counted(samples));
    for (Itemset set : found.all()) {
      assertThat(found.matched(set).cardinality()).isEqualTo(set.size());
    }
  }

  private static List<Itemset> counted(List<Sample> samples) {
    List<Itemset> kept = new ArrayList<>();
    Set<Set<String>> pairs = new HashSet<>();
    for (int length = 1; length <= 3; length++) {
      for (int chosen = 0; chosen < 1 << NAMES.size(); chosen++) {
        Set<String> names = chosen(chosen);
        Itemset set = counted(samples, names);
        if (names.size() == length && set.hits() >= LEAST && narrows(samples, set, pairs)) {
          kept.add(set);
          if (length == 2) {
            pairs.add(names);
          }
        }
      }
    }
    return kept;
  }

  private static Set<String> chosen(int bits) {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < NAMES.size(); i++) {
      if ((bits >> i & 1) == 1) {
        names.add(NAMES.get(i));
      }
    }
    return Set.copyOf(names);
  }

  private static Itemset counted(List<Sample> samples, Set<String> names) {
    List<Sample> with = samples.stream().filter(s -> s.features().containsAll(names)).toList();
    return new Itemset(names, with.size(), (int) with.stream().filter(Sample::failed).count());
  }

  private static int good(List<Sample> samples, Set<String> names) {
    Itemset set = counted(samples, names);
    return set.size() - set.hits();
  }

  /** Fewer good ones than any part has, and all parts of three narrow as well. */
  private static boolean narrows(List<Sample> samples, Itemset set, Set<Set<String>> pairs) {
    return set.names().size() == 1
        || (set.names().stream().map(PromptFeatures::family).distinct().count()
                == set.names().size()
            && set.names().stream()
                .map(left -> without(set.names(), left))
                .allMatch(
                    part ->
                        (part.size() == 1 || pairs.contains(part))
                            && good(samples, set.names()) < good(samples, part)));
  }

  private static Set<String> without(Set<String> names, String one) {
    Set<String> rest = new HashSet<>(names);
    rest.remove(one);
    return Set.copyOf(rest);
  }
}
