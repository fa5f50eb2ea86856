import dev.kintsugi.core.learning.Census;
import dev.kintsugi.core.learning.MinedRule;
import dev.kintsugi.core.learning.Miner;
import dev.kintsugi.core.learning.MiningPolicy;
import dev.kintsugi.core.learning.Sample;
import dev.kintsugi.core.learning.SampleSet;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Rare causes in ledgers of any length, with room for 50,000 samples: the newest failures and a blind draw of the rest, as the
 * product keeps them, beside the newest jobs whatever became of them.
 */
final class Large {
  private static final int ROOM = 50_000;
  private static final double NOISE = 0.02;
  private static final long SEED = 7;

  /** From one job in 800 to one in 28,000. */
  private static final List<Set<String>> CAUSES =
      List.of(
          Set.of(World.name(1_500)),
          Set.of(World.name(700), "frames>=49"),
          Set.of(World.name(110), World.name(120)),
          Set.of(World.name(300), World.name(310)));

  /**
   * @param recall share of the causes that have their rule
   * @param seconds of mining
   * @param megabytes of heap that the samples take
   */
  record Row(int jobs, String side, double recall, int falseRules, double seconds, double megabytes) {
    String json() {
      return String.format(
          Locale.ROOT,
          "{\"jobs\": %d, \"side\": \"%s\", \"recall\": %.2f, \"false_rules\": %d, \"seconds\": %.2f, \"megabytes\": %s}",
          jobs,
          side,
          recall,
          falseRules,
          seconds,
          Double.isNaN(megabytes) ? "null" : Math.round(megabytes));
    }
  }

  private record Failure(long othersBefore, Sample sample) {}

  private record Other(long number, double die, Sample sample) {}

  /** Features of a job that went well, by their numbers in order. */
  private record Good(long number, int[] features) {
    boolean has(int[] all) {
      int at = 0;
      for (int feature : features) {
        at += at < all.length && all[at] == feature ? 1 : 0;
      }
      return at == all.length;
    }
  }

  /** All good jobs since the oldest failure that is kept, as the product has them in PostgreSQL. */
  private static final class Ledger implements Census {
    private final ArrayDeque<Good> jobs = new ArrayDeque<>();
    private final Map<String, Integer> numbers = new HashMap<>();

    void add(long number, Sample sample, long since) {
      jobs.add(new Good(number, numbers(sample.features())));
      while (jobs.getFirst().number() < since) {
        jobs.remove();
      }
    }

    private int[] numbers(Set<String> names) {
      return names.stream().mapToInt(name -> numbers.computeIfAbsent(name, key -> numbers.size())).sorted().toArray();
    }

    @Override
    public OptionalLong others(Set<String> with, List<Set<String>> without) {
      int[] all = numbers(with);
      List<int[]> none = without.stream().map(this::numbers).toList();
      return OptionalLong.of(jobs.stream().filter(job -> job.has(all) && none.stream().noneMatch(job::has)).count());
    }
  }

  private Large() {}

  static List<Row> run() {
    List<Row> rows = new ArrayList<>();
    for (int jobs : new int[] {10_000, 100_000, 1_000_000, 10_000_000}) {
      World world = new World(SEED, NOISE, CAUSES);
      SplittableRandom dice = new SplittableRandom(SEED);
      Map<String, String> names = new HashMap<>();
      ArrayDeque<Failure> failures = new ArrayDeque<>();
      ArrayDeque<Other> others = new ArrayDeque<>();
      ArrayDeque<Sample> newest = new ArrayDeque<>();
      Ledger ledger = new Ledger();
      long othersSeen = 0;
      double share = 1;
      for (int i = 0; i < jobs; i++) {
        Sample sample = interned(world.job(i).sample(), names);
        newest.add(sample);
        if (newest.size() > ROOM) {
          newest.remove();
        }
        if (sample.failed()) {
          failures.add(new Failure(othersSeen, sample));
          if (failures.size() > ROOM / 3) {
            failures.remove();
          }
        } else {
          double die = dice.nextDouble();
          if (die < share) {
            others.add(new Other(othersSeen, die, sample));
          }
          ledger.add(othersSeen, sample, since(failures));
          othersSeen++;
          if (others.size() > 4 * ROOM) {
            share = drop(others, failures, share);
          }
        }
      }
      SampleSet kept = kept(failures, others, othersSeen, share, ledger);
      failures.clear();
      others.clear();
      SampleSet last = SampleSet.whole(List.copyOf(newest));
      newest.clear();
      rows.add(mine(jobs, "newest", last, Double.NaN));
      last = SampleSet.whole(List.of());
      Row ours = mine(jobs, "ours", kept, Double.NaN);
      ledger.jobs.clear();
      long with = used();
      Reference.reachabilityFence(kept);
      kept = null;
      rows.add(new Row(jobs, "ours", ours.recall(), ours.falseRules(), ours.seconds(), (with - used()) / 1e6));
      rows.stream().skip(rows.size() - 2).forEach(row -> System.out.println(row.json()));
    }
    return rows;
  }

  /** Without those before the oldest failure, or else with fewer of all. */
  private static double drop(ArrayDeque<Other> others, ArrayDeque<Failure> failures, double share) {
    long since = since(failures);
    others.removeIf(other -> other.number() < since);
    double half = others.size() > 2 * ROOM ? share / 2 : share;
    others.removeIf(other -> other.die() >= half);
    return half;
  }

  private static long since(ArrayDeque<Failure> failures) {
    return failures.size() == ROOM / 3 ? failures.getFirst().othersBefore() : 0;
  }

  private static SampleSet kept(ArrayDeque<Failure> failures, ArrayDeque<Other> others, long othersSeen, double share, Ledger ledger) {
    long since = since(failures);
    long all = othersSeen - since;
    double wanted = Math.min(share, (double) (ROOM - failures.size()) / all);
    List<Sample> samples = failures.stream().map(Failure::sample).collect(Collectors.toCollection(ArrayList::new));
    others.stream()
        .filter(other -> other.number() >= since && other.die() < wanted)
        .forEach(other -> samples.add(other.sample()));
    return new SampleSet(samples, Math.max(1, (double) all / (samples.size() - failures.size())), ledger);
  }

  private static Row mine(int jobs, String side, SampleSet set, double megabytes) {
    long start = System.nanoTime();
    List<MinedRule> rules = Miner.mine(set, MiningPolicy.DEFAULT);
    double seconds = (System.nanoTime() - start) / 1e9;
    long right = rules.stream().filter(rule -> CAUSES.contains(rule.features())).count();
    long wrong = rules.stream().filter(rule -> CAUSES.stream().noneMatch(rule.features()::containsAll)).count();
    return new Row(jobs, side, (double) right / CAUSES.size(), (int) wrong, seconds, megabytes);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static Sample interned(Sample sample, Map<String, String> names) {
    return new Sample(
        sample.features().stream()
            .map(name -> names.computeIfAbsent(name, n -> n))
            .collect(Collectors.toUnmodifiableSet()),
        sample.failed(),
        sample.stratum());
  }
}
