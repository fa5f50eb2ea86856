package dev.kintsugi.core.learning;

import dev.kintsugi.core.learning.Itemsets.Itemset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds conjunctions of up to three features that foretell failures.
 *
 * <p>Each is tested against blind luck (Fisher's exact test) and must stand after Bonferroni's
 * correction over every conjunction of its length that the samples could have shown, not only over
 * those that looked promising; the three lengths share the declared probability. That holds however
 * features depend on each other. Of those that pass, rules are taken greedily by what they are
 * worth: the failures they stop, less the good prompts they stop at the exchange rate that the
 * least precision stands for (the net benefit of decision curves, Vickers and Elkin 2006). A rule
 * must be worth it among the samples that no rule before it explains, so one that another covers is
 * not taken. Last, it must hold within strata (Cochran, Mantel and Haenszel).
 */
public final class Miner {

  private static final int LENGTHS = 3;
  private static final int MOST_CANDIDATES = 2_000;

  private final SampleSet set;
  private final List<Sample> samples;
  private final MiningPolicy policy;
  private final Tails tails;
  private final BitSet failed = new BitSet();
  private final int failures;
  private final Strata strata;
  private final double goodPrice;
  private final Itemsets itemsets;

  private Miner(SampleSet set, MiningPolicy policy) {
    this.set = set;
    this.samples = set.samples();
    this.policy = policy;
    this.tails = new Tails(samples.size());
    for (int i = 0; i < samples.size(); i++) {
      failed.set(i, samples.get(i).failed());
    }
    this.strata = new Strata(samples);
    this.goodPrice = policy.leastPrecision() / (1 - policy.leastPrecision());
    this.failures = failed.cardinality();
    this.itemsets =
        Itemsets.of(
            samples,
            failed,
            policy.leastSupport(),
            (size, hits, possible) -> passes(counts(size, hits), possible));
  }

  /** Rules, the most valuable first; none when nothing stands out. */
  public static List<MinedRule> mine(SampleSet set, MiningPolicy policy) {
    return new Miner(set, policy).rules();
  }

  private List<MinedRule> rules() {
    List<Candidate> candidates =
        itemsets.all().stream()
            .sorted(
                Comparator.comparingDouble((Itemset items) -> -worth(items.hits(), items.size())))
            .limit(MOST_CANDIDATES)
            .map(items -> new Candidate(items, itemsets.matched(items)))
            .filter(c -> strata.deviations(c.matched()) >= policy.leastStratified())
            .collect(Collectors.toCollection(ArrayList::new));
    BitSet open = new BitSet();
    open.set(0, samples.size());
    List<Itemset> taken = new ArrayList<>();
    Optional<Candidate> best = best(candidates, open);
    while (best.isPresent() && taken.size() < policy.mostRules()) {
      taken.add(best.get().set());
      candidates.remove(best.get());
      open.andNot(best.get().matched());
      best = best(candidates, open);
    }
    return taken.stream()
        .filter(items -> taken.stream().noneMatch(other -> other != items && items.contains(other)))
        .map(this::rule)
        .toList();
  }

  private record Candidate(Itemset set, BitSet matched) {}

  /** Of the samples that are looked at: all, those that failed, those of a rule, both. */
  private record Counts(int all, int failed, int matched, int hits) {}

  private Counts counts(int matched, int hits) {
    return new Counts(samples.size(), failures, matched, hits);
  }

  private record Priced(Candidate candidate, double worth) {
    String name() {
      return String.join(" & ", new TreeSet<>(candidate.set().names()));
    }
  }

  private Optional<Candidate> best(List<Candidate> candidates, BitSet open) {
    int all = open.cardinality();
    int failures = both(open, failed).cardinality();
    List<Priced> priced = new ArrayList<>();
    for (Candidate candidate : candidates) {
      BitSet left = both(candidate.matched(), open);
      int matched = left.cardinality();
      left.and(failed);
      int hits = left.cardinality();
      if (passes(new Counts(all, failures, matched, hits), possible(candidate.set()))) {
        priced.add(new Priced(candidate, worth(hits, matched)));
      }
    }
    return priced.stream()
        .min(
            Comparator.comparingDouble((Priced p) -> -p.worth())
                .thenComparingInt(p -> p.candidate().set().names().size())
                // Words that always come together: the longer ones say more to a person.
                .thenComparingInt(p -> -p.name().length())
                .thenComparing(Priced::name))
        .map(Priced::candidate);
  }

  /**
   * @param possible conjunctions of its length that the samples could have shown
   */
  private boolean passes(Counts counts, double possible) {
    // Its lower bound takes a search, and is below the share itself.
    return counts.hits() >= policy.leastSupport()
        && set.share((double) counts.hits() / counts.matched()) >= policy.leastPrecision()
        && leastPrecision(counts) >= policy.leastPrecision()
        && falseDiscovery(counts, possible) <= policy.falseDiscovery();
  }

  private double leastPrecision(Counts counts) {
    return set.share(Tails.leastShare(counts.hits(), counts.matched()));
  }

  private double falseDiscovery(Counts counts, double possible) {
    double luck = tails.atLeast(counts.hits(), counts.matched(), counts.failed(), counts.all());
    return Math.min(1, luck * possible * LENGTHS);
  }

  private double possible(Itemset items) {
    return itemsets.possible(items.names().size());
  }

  private double worth(int hits, int matched) {
    return hits - goodPrice * set.othersEach() * (matched - hits);
  }

  private static BitSet both(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.and(other);
    return both;
  }

  private MinedRule rule(Itemset items) {
    Counts counts = counts(items.size(), items.hits());
    double matched = set.jobs(counts.hits(), counts.matched() - counts.hits());
    double base = counts.failed() / set.jobs(counts.failed(), counts.all() - counts.failed());
    return new MinedRule(
        new TreeSet<>(items.names()),
        counts.hits(),
        Math.toIntExact(Math.round(matched)),
        counts.hits() / matched / base,
        leastPrecision(counts),
        falseDiscovery(counts, possible(items)));
  }
}
