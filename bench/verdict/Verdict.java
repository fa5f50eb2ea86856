import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.core.rollout.VerdictPolicy;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Error rates and delays of the rollout verdict, of Argo Rollouts' and Flagger's rules and of
 * Wald's test on the same seeded traces.
 *
 * <p>Arguments: traces per case, seed, file for the results.
 */
final class Verdict {
  private static final VerdictPolicy POLICY = VerdictPolicy.DEFAULT;
  private static final double[] WEIGHTS = {0.01, 0.05};
  private static final double[] RATES = {1, 0.1};

  /** Broken canaries at 3, 5, 10, 30 and 100 % bad jobs where stable has 1 %. */
  private static final double[] REGRESSIONS = {0.02, 0.04, 0.09, 0.29, 1};

  private final int traces;
  private final int training;
  private final long seed;
  private final List<Cell> cells = new ArrayList<>();

  private Verdict(int traces, long seed) {
    this.traces = traces;
    this.training = traces / 5;
    this.seed = seed;
  }

  /** One case with what each judge made of it; fresh: only of traces that no search has seen. */
  record Cell(World world, Map<String, Tally> judges, Map<String, String> settings) {
    Tally ours() {
      return judges.get("ours");
    }

    Tally fresh(String judge) {
      return judges.get(judge + " fresh");
    }
  }

  public static void main(String[] args) throws Exception {
    int traces = Integer.parseInt(args[0]);
    long seed = Long.parseLong(args[1]);
    long start = System.nanoTime();
    Verdict verdict = new Verdict(traces, seed);
    for (World.Kind kind : World.Kind.values()) {
      for (double weight : WEIGHTS) {
        for (double rate : RATES) {
          if (kind == World.Kind.PLAIN || rate == 1) {
            verdict.run(kind, weight, rate);
          }
        }
      }
    }
    List<Ladder.Row> ladder = Ladder.run(POLICY, verdict.training, seed);
    List<Beyond.Row> beyond = Beyond.run(POLICY, verdict.training, seed);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("machine", machine());
    result.put("versions", Map.of("java", System.getProperty("java.runtime.version")));
    result.put("settings", verdict.settings((System.nanoTime() - start) / 1e9));
    result.put("cases", verdict.cells.stream().map(verdict::json).toList());
    result.put("ladder", ladder.stream().map(Verdict::json).toList());
    result.put("beyond_binary", beyond);
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(Path.of(args[2]).toFile(), result);
    verdict.print(ladder, beyond);
  }

  private void run(World.Kind kind, double weight, double rate) {
    Grid grid = new Grid(rate);
    World healthy = new World(kind, 0, weight, rate);
    Grid.Count sane = grid.count(healthy, seed, training);
    Map<Double, Map<Peer.Kind, Optional<Peer>>> best = new LinkedHashMap<>();
    for (double regression : REGRESSIONS) {
      if (regression == 0.02 && kind != World.Kind.PLAIN) {
        continue;
      }
      World broken = new World(kind, regression, weight, rate);
      Grid.Count hurt = grid.count(broken, seed, training);
      Map<Peer.Kind, Optional<Peer>> found = new LinkedHashMap<>();
      for (Peer.Kind peer : Peer.Kind.values()) {
        found.put(peer, grid.best(peer, sane, hurt, POLICY.alpha(), POLICY.beta()));
      }
      best.put(regression, found);
    }
    cells.add(cell(healthy, best));
    best.forEach(
        (regression, found) ->
            cells.add(cell(new World(kind, regression, weight, rate), Map.of(regression, found))));
  }

  /** The healthy case is judged by each setting that a search found for a broken one. */
  private Cell cell(World world, Map<Double, Map<Peer.Kind, Optional<Peer>>> best) {
    long start = System.nanoTime();
    Map<String, Peer> peers = new LinkedHashMap<>();
    peers.put("argo docs", Peer.ARGO_DOCS);
    peers.put("argo docs, failureLimit 0", Peer.ARGO_DEFAULT);
    peers.put("flagger docs", Peer.FLAGGER_DOCS);
    peers.put("flagger docs, no data is success", Peer.FLAGGER_GUARDED);
    best.forEach(
        (regression, found) ->
            found.forEach(
                (kind, peer) -> peer.ifPresent(p -> peers.put(tuned(kind, regression), p))));
    List<String> names = new ArrayList<>(List.of("ours", "wald"));
    names.addAll(peers.keySet());
    Wald wald =
        new Wald(
            World.HEALTHY,
            Math.min(1, World.HEALTHY + (world.regression() == 0 ? 0.04 : world.regression())),
            POLICY.alpha(),
            POLICY.beta());
    Outcome[][] outcomes =
        IntStream.range(0, traces)
            .parallel()
            .mapToObj(i -> judged(world, wald, peers.values(), i))
            .toArray(Outcome[][]::new);
    Map<String, Tally> judges = new LinkedHashMap<>();
    for (int j = 0; j < names.size(); j++) {
      int judge = j;
      List<Outcome> all = IntStream.range(0, traces).mapToObj(i -> outcomes[i][judge]).toList();
      judges.put(names.get(j), new Tally(all));
      judges.put(names.get(j) + " fresh", new Tally(all.subList(training, traces)));
    }
    Map<String, String> settings = new LinkedHashMap<>();
    peers.forEach((name, peer) -> settings.put(name, peer.label()));
    Cell cell = new Cell(world, judges, settings);
    System.err.printf(
        Locale.ROOT,
        "%-42s rolled back %.4f, jobs %.1f (%.0f s)%n",
        world.name(),
        cell.ours().rollback(),
        cell.ours().jobs(),
        (System.nanoTime() - start) / 1e9);
    return cell;
  }

  private Outcome[] judged(World world, Wald wald, Iterable<Peer> peers, int i) {
    var random = Seeds.random(seed, world, i);
    Trace trace = world.trace(random);
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(Ours.judge(world, POLICY, trace, random));
    outcomes.add(wald.judge(trace));
    Scrapes scrapes = new Scrapes(trace, world.limit());
    for (Peer peer : peers) {
      outcomes.add(peer.judge(scrapes, trace));
    }
    return outcomes.toArray(Outcome[]::new);
  }

  private static String tuned(Peer.Kind kind, double regression) {
    return "%s tuned for +%s"
        .formatted(kind.name().toLowerCase(Locale.ROOT), Figures.percent(regression));
  }

  private Map<String, Object> json(Cell cell) {
    Map<String, Object> result = new LinkedHashMap<>();
    World world = cell.world;
    result.put("case", world.name());
    result.put("traces", traces);
    result.put("limit_minutes", Figures.rounded(world.limit() / 60));
    if (world.regression() > 0) {
      Wald wald = wald(world);
      result.put("wald_bound_jobs", Figures.rounded(wald.bound()));
      result.put("wald_exact_jobs", Figures.rounded(wald.jobs(wald.broken())));
    }
    Map<String, Object> judges = new LinkedHashMap<>();
    cell.judges.forEach(
        (name, tally) -> {
          if (!name.endsWith(" fresh")) {
            Map<String, Object> figures = tally.figures();
            figures.put("setting", cell.settings.getOrDefault(name, "-"));
            judges.put(name, figures);
          }
        });
    result.put("judges", judges);
    return result;
  }

  static Wald wald(World world) {
    return new Wald(
        World.HEALTHY,
        Math.min(1, World.HEALTHY + world.regression()),
        POLICY.alpha(),
        POLICY.beta());
  }

  private static Map<String, Object> json(Ladder.Row row) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("judge", row.judge());
    result.put("bad", row.bad());
    result.putAll(row.tally().figures());
    return result;
  }

  private void print(List<Ladder.Row> ladder, List<Beyond.Row> beyond) {
    Table table = new Table(cells, POLICY);
    table.print(System.err, ladder, beyond);
    System.out.println(table.result(beyond));
  }

  private Map<String, Object> settings(double seconds) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("traces_per_case", traces);
    result.put("traces_for_the_grid_search", training);
    result.put("traces_per_ladder_and_signal", training);
    result.put("seed", seed);
    result.put("alpha", POLICY.alpha());
    result.put("beta", POLICY.beta());
    result.put("smallest_regression", POLICY.smallestRegression());
    result.put("canary_jobs_at_most", World.JOBS);
    result.put("stable_jobs_before_the_rollout", Ours.HISTORY);
    result.put("seconds", Figures.rounded(seconds));
    return result;
  }

  private static Map<String, Object> machine() throws Exception {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put(
        "cpu",
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(l -> l.startsWith("model name"))
            .map(l -> l.substring(l.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown"));
    result.put("cores", Runtime.getRuntime().availableProcessors());
    result.put("kernel", System.getProperty("os.version"));
    result.put(
        "load_average_at_end", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    return result;
  }
}
