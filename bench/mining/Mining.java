import dev.kintsugi.core.learning.MinedRule;
import dev.kintsugi.core.learning.Miner;
import dev.kintsugi.core.learning.MiningPolicy;
import dev.kintsugi.core.learning.Sample;
import dev.kintsugi.core.learning.SampleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Held-out recall and false positives of mined rules, beside thresholds on lift and a decision tree, on the same seeded ledgers. */
final class Mining {
  private static final int HELD_OUT = 20_000;

  /**
   * @param rules rules, or leaves of the tree that stop something
   * @param falseRules those of which less than a third of the held-out prompts have a planted cause; -1 for the tree
   */
  private record Figures(double recall, double falsePositive, int rules, int falseRules, double seconds) {}

  private record Row(int jobs, double noise, String side, List<Figures> seeds) {}

  private Mining() {}

  public static void main(String[] args) throws IOException {
    int seeds = Integer.parseInt(args[0]);
    List<Row> rows = new ArrayList<>();
    for (int jobs : new int[] {2_000, 10_000, 50_000}) {
      for (double noise : new double[] {0.005, 0.02, 0.1}) {
        Map<String, List<Figures>> sides = new LinkedHashMap<>();
        for (int seed = 1; seed <= seeds; seed++) {
          run(new World(seed, noise), jobs, sides);
        }
        sides.forEach((side, figures) -> rows.add(new Row(jobs, noise, side, figures)));
        rows.stream().skip(rows.size() - sides.size()).forEach(row -> System.out.println(line(row)));
      }
    }
    List<Large.Row> large = Large.run();
    Files.writeString(Path.of(args[1]), json(rows, large, seeds));
    List<Figures> ours =
        rows.stream().filter(row -> row.side().equals("ours")).flatMap(row -> row.seeds().stream()).toList();
    System.out.printf(
        Locale.ROOT,
        "RESULT recall=%.3f false_positive=%.5f false_rules=%d largest_seconds=%.2f recall_of_rare_at_1e7=%.3f%n",
        ours.stream().mapToDouble(Figures::recall).average().orElseThrow(),
        ours.stream().mapToDouble(Figures::falsePositive).average().orElseThrow(),
        ours.stream().mapToInt(Figures::falseRules).sum(),
        ours.stream().mapToDouble(Figures::seconds).max().orElseThrow(),
        large.getLast().recall());
  }

  private static void run(World world, int jobs, Map<String, List<Figures>> sides) {
    List<Sample> train = world.jobs(jobs).stream().map(World.Job::sample).toList();
    List<World.Job> test = world.jobs(HELD_OUT);
    long start = System.nanoTime();
    List<Set<String>> ours =
        Miner.mine(SampleSet.whole(train), MiningPolicy.DEFAULT).stream().<Set<String>>map(MinedRule::features).toList();
    add(sides, "ours", of(ours, test, start));
    start = System.nanoTime();
    add(sides, "lift", of(Lift.rules(train), test, start));
    start = System.nanoTime();
    Tree tree = Tree.learn(train);
    double seconds = (System.nanoTime() - start) / 1e9;
    boolean[] stops = tree.stops(test.stream().map(World.Job::sample).toList());
    add(sides, "tree", new Figures(share(stops, test, true), share(stops, test, false), tree.leaves(), -1, seconds));
  }

  private static void add(Map<String, List<Figures>> sides, String side, Figures figures) {
    sides.computeIfAbsent(side, name -> new ArrayList<>()).add(figures);
  }

  private static Figures of(List<Set<String>> rules, List<World.Job> test, long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    boolean[] stops = new boolean[test.size()];
    int wrong = 0;
    for (Set<String> rule : rules) {
      int matched = 0;
      int planted = 0;
      for (int i = 0; i < stops.length; i++) {
        if (test.get(i).sample().features().containsAll(rule)) {
          stops[i] = true;
          matched++;
          planted += test.get(i).planted() ? 1 : 0;
        }
      }
      wrong += 3 * planted < matched || matched == 0 ? 1 : 0;
    }
    return new Figures(share(stops, test, true), share(stops, test, false), rules.size(), wrong, seconds);
  }

  private static double share(boolean[] stops, List<World.Job> test, boolean planted) {
    int all = 0;
    int stopped = 0;
    for (int i = 0; i < stops.length; i++) {
      if (test.get(i).planted() == planted) {
        all++;
        stopped += stops[i] ? 1 : 0;
      }
    }
    return (double) stopped / all;
  }

  private static String line(Row row) {
    return String.format(
        Locale.ROOT,
        "%6d jobs, %4.1f %% noise, %-4s recall %.3f  false positives %.3f %%  rules %.1f  false rules %.1f  %.2f s",
        row.jobs(),
        100 * row.noise(),
        row.side(),
        mean(row, 0),
        100 * mean(row, 1),
        mean(row, 2),
        mean(row, 3),
        mean(row, 4));
  }

  private static double mean(Row row, int which) {
    return row.seeds().stream()
        .mapToDouble(
            f ->
                switch (which) {
                  case 0 -> f.recall();
                  case 1 -> f.falsePositive();
                  case 2 -> f.rules();
                  case 3 -> f.falseRules();
                  default -> f.seconds();
                })
        .average()
        .orElseThrow();
  }

  private static String json(List<Row> rows, List<Large.Row> large, int seeds) {
    StringBuilder json = new StringBuilder("{\n \"seeds\": " + seeds + ",\n \"held_out\": " + HELD_OUT + ",\n \"rows\": [\n");
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      json.append(
          String.format(
              Locale.ROOT,
              "  {\"jobs\": %d, \"noise\": %s, \"side\": \"%s\", \"recall\": %.4f, \"false_positive\": %.6f, \"rules\": %.2f, \"false_rules\": %.2f, \"seconds\": %.3f}%s%n",
              row.jobs(),
              row.noise(),
              row.side(),
              mean(row, 0),
              mean(row, 1),
              mean(row, 2),
              mean(row, 3),
              mean(row, 4),
              i + 1 < rows.size() ? "," : ""));
    }
    json.append(" ],\n \"large\": [\n");
    for (int i = 0; i < large.size(); i++) {
      json.append("  ").append(large.get(i).json()).append(i + 1 < large.size() ? ",\n" : "\n");
    }
    return json.append(" ]\n}\n").toString();
  }
}
