package dev.kintsugi.core.learning;

import dev.kintsugi.core.learning.Itemsets.Itemset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
 * not taken. It must hold within strata (Cochran, Mantel and Haenszel). Where samples stand for
 * more jobs than one, the jobs of a rule are counted before it is taken.
 */
public final class Miner {

  private static final int LENGTHS = 3;
  private static final int MOST_CANDIDATES = 2_000;

  /** Counting jobs takes a while. */
  private static final int MOST_COUNTS = 60;

  /** A word says to anybody what fails, so a topic has to explain clearly more than words do. */
  private static final double TOPIC_WORTH = 0.9;

  private final SampleSet set;
  private final List<Sample> samples;
  private final MiningPolicy policy;
  private final BitSet failed = new BitSet();
  private final int failures;
  private final Strata strata;
  private final double goodPrice;
  private final Itemsets itemsets;
  private int counted;

  private Miner(SampleSet set, MiningPolicy policy) {
    this.set = set;
    this.samples = set.samples();
    this.policy = policy;
    for (int i = 0; i < samples.size(); i++) {
      failed.set(i, samples.get(i).failed());
    }
    this.strata = new Strata(samples);
    this.goodPrice = policy.leastPrecision() / (1 - policy.leastPrecision());
    this.failures = failed.cardinality();
    this.itemsets =
        Itemsets.of(
            set,
            failed,
            policy.leastSupport(),
            (size, hits, possible) -> passes(estimated(counts(size, hits)), possible));
  }

  /** Rules, the most valuable first; none when nothing stands out. */
  public static List<MinedRule> mine(SampleSet set, MiningPolicy policy) {
    return new Miner(set, policy).rules();
  }

  private List<MinedRule> rules() {
    List<Candidate> candidates = candidates();
    BitSet open = new BitSet();
    open.set(0, samples.size());
    List<Taken> taken = new ArrayList<>();
    Optional<Taken> best = best(candidates, open, taken);
    while (best.isPresent() && taken.size() < policy.mostRules()) {
      taken.add(best.get());
      open.andNot(best.get().candidate().matched());
      best = best(candidates, open, taken);
    }
    return taken.stream()
        .filter(one -> taken.stream().noneMatch(other -> one.items().contains(other.items())))
        .map(this::rule)
        .toList();
  }

  private List<Candidate> candidates() {
    List<Itemset> holding =
        itemsets.all().stream()
            .filter(items -> strata.deviations(itemsets.matched(items)) >= policy.leastStratified())
            .toList();
    Map<Set<String>, Double> worths = new HashMap<>();
    holding.forEach(items -> worths.put(items.names(), worth(items.hits(), items.size())));
    return holding.stream()
        .filter(items -> !outdone(items, worths))
        .sorted(Comparator.comparingDouble((Itemset i) -> -worth(i.hits(), i.size())))
        .limit(MOST_CANDIDATES)
        .map(items -> new Candidate(items, itemsets.matched(items)))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  /** A part of it is worth as much: that would be taken first, and leaves it nothing. */
  private static boolean outdone(Itemset items, Map<Set<String>, Double> worths) {
    double own = worths.getOrDefault(items.names(), 0.0);
    return items.parts().anyMatch(part -> worths.getOrDefault(part, -1.0) >= own);
  }

  private record Candidate(Itemset set, BitSet matched) {}

  /**
   * @param jobs of it, counted or estimated
   */
  private record Taken(
      Candidate candidate, Counts jobs, double leastPrecision, double falseDiscovery) {
    Itemset items() {
      return candidate.set();
    }
  }

  /** Of samples or jobs: all, those that failed, those of a rule, both. */
  private record Counts(int all, int failed, int matched, int hits) {
    int others() {
      return matched - hits;
    }

    Counts withOthers(long others) {
      return new Counts(all, failed, Math.toIntExact(hits + others), hits);
    }
  }

  private Counts counts(int matched, int hits) {
    return new Counts(samples.size(), failures, matched, hits);
  }

  /**
   * @param open samples that no rule before it explains
   */
  private record Priced(Candidate candidate, Counts open, double worth) {
    String name() {
      return String.join(" & ", new TreeSet<>(candidate.set().names()));
    }
  }

  /** The one that is worth most and shows what it must; those before it that do not are dropped. */
  private Optional<Taken> best(List<Candidate> candidates, BitSet open, List<Taken> before) {
    for (Priced priced : priced(candidates, open)) {
      candidates.remove(priced.candidate());
      Optional<Taken> shown = shown(priced, before);
      if (shown.isPresent()) {
        return shown;
      }
    }
    return Optional.empty();
  }

  private List<Priced> priced(List<Candidate> candidates, BitSet open) {
    int all = open.cardinality();
    int openFailures = both(open, failed).cardinality();
    List<Priced> priced = new ArrayList<>();
    for (Candidate candidate : candidates) {
      BitSet left = both(candidate.matched(), open);
      int matched = left.cardinality();
      left.and(failed);
      int hits = left.cardinality();
      Counts counts = new Counts(all, openFailures, matched, hits);
      if (passes(estimated(counts), possible(candidate.set()))) {
        priced.add(new Priced(candidate, counts, told(candidate.set()) * worth(hits, matched)));
      }
    }
    priced.sort(
        Comparator.comparingDouble((Priced p) -> -p.worth())
            .thenComparingInt(p -> p.candidate().set().names().size())
            // Words that always come together: the longer ones say more to a person.
            .thenComparingInt(p -> -p.name().length())
            .thenComparing(Priced::name));
    return priced;
  }

  /** Whether it is what it must be, by itself and among what none before it explains. */
  private Optional<Taken> shown(Priced priced, List<Taken> before) {
    Itemset items = priced.candidate().set();
    Counts whole = counts(items.size(), items.hits());
    OptionalLong others = others(items, List.of());
    if (before.isEmpty()) {
      return shown(priced, whole, others);
    }
    List<Set<String>> rules = before.stream().map(one -> one.items().names()).toList();
    return shown(priced, priced.open(), others(items, rules))
        .flatMap(open -> shown(priced, whole, others));
  }

  /**
   * By what was counted, or else by what the samples alone can show.
   *
   * @param samples of it
   */
  private Optional<Taken> shown(Priced priced, Counts samples, OptionalLong others) {
    double possible = possible(priced.candidate().set());
    Counts jobs = estimated(samples);
    double least = set.share(Tails.leastShare(samples.hits(), samples.matched()));
    double luck = falseDiscovery(samples, possible);
    if (others.isPresent()) {
      jobs = jobs.withOthers(others.getAsLong());
      least = Tails.leastShare(jobs.hits(), jobs.matched());
      luck = falseDiscovery(jobs, possible);
    }
    return least >= policy.leastPrecision() && luck <= policy.falseDiscovery()
        ? Optional.of(new Taken(priced.candidate(), jobs, least, luck))
        : Optional.empty();
  }

  /** Jobs of a rule that did not fail; empty where only the samples tell. */
  private OptionalLong others(Itemset items, List<Set<String>> without) {
    return set.othersEach() == 1 || ++counted > MOST_COUNTS
        ? OptionalLong.empty()
        : set.census().others(items.names(), without);
  }

  /** The jobs that samples stand for. */
  private Counts estimated(Counts samples) {
    int all = samples.failed() + jobs(samples.all() - samples.failed());
    return new Counts(
        all, samples.failed(), samples.hits() + jobs(samples.others()), samples.hits());
  }

  private int jobs(int others) {
    return Math.toIntExact(Math.round(set.jobs(0, others)));
  }

  /**
   * @param possible conjunctions of its length that the samples could have shown
   */
  private boolean passes(Counts jobs, double possible) {
    // Its lower bound is below the share itself.
    return jobs.hits() >= policy.leastSupport()
        && jobs.hits() >= policy.leastPrecision() * jobs.matched()
        && Tails.leastShare(jobs.hits(), jobs.matched()) >= policy.leastPrecision()
        && falseDiscovery(jobs, possible) <= policy.falseDiscovery();
  }

  private static double falseDiscovery(Counts counts, double possible) {
    double luck = Tails.atLeast(counts.hits(), counts.matched(), counts.failed(), counts.all());
    return Math.min(1, luck * possible * LENGTHS);
  }

  private double possible(Itemset items) {
    return itemsets.possible(items.names().size());
  }

  private double worth(int hits, int matched) {
    return hits - goodPrice * set.othersEach() * (matched - hits);
  }

  private static double told(Itemset items) {
    return items.names().stream().anyMatch(TopicName::is) ? TOPIC_WORTH : 1;
  }

  private static BitSet both(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.and(other);
    return both;
  }

  private MinedRule rule(Taken taken) {
    Counts jobs = taken.jobs();
    double base = (double) jobs.failed() / jobs.all();
    return new MinedRule(
        new TreeSet<>(taken.items().names()),
        jobs.hits(),
        jobs.matched(),
        (double) jobs.hits() / jobs.matched() / base,
        taken.leastPrecision(),
        taken.falseDiscovery());
  }
}
