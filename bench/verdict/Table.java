import dev.kintsugi.core.rollout.VerdictPolicy;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** The results as tables for people, and as the RESULT line. */
final class Table {
  private final List<Verdict.Cell> cells;
  private final VerdictPolicy policy;

  Table(List<Verdict.Cell> cells, VerdictPolicy policy) {
    this.cells = cells;
    this.policy = policy;
  }

  void print(PrintStream out, List<Ladder.Row> ladder, List<Beyond.Row> beyond) {
    out.println("\n| case | judge | rolled back | promoted | mean jobs | mean min | bad videos |");
    out.println("|---|---|---|---|---|---|---|");
    for (Verdict.Cell cell : cells) {
      cell.judges()
          .forEach(
              (name, tally) -> {
                if (!name.endsWith(" fresh")) {
                  out.println(row(cell.world().name(), name, tally));
                }
              });
    }
    for (Ladder.Row rung : ladder) {
      out.println(
          row("ladder, " + Figures.percent(rung.bad()) + " bad", rung.judge(), rung.tally()));
    }
    out.println(
        "\n"
            + "| signal | bad | Wald jobs | jobs without | jobs with | min without | min with |"
            + " missed | false |");
    out.println("|---|---|---|---|---|---|---|---|---|");
    for (Beyond.Row row : beyond) {
      out.printf(
          Locale.ROOT,
          "| %s | %.1f %% | %.1f | %.1f | %.1f | %.1f | %.1f | %.2f %% | %.2f %% |%n",
          row.signal(),
          100 * row.canaryBad(),
          row.waldJobs(),
          row.jobsWithout(),
          row.jobsWith(),
          row.minutesWithout(),
          row.minutesWith(),
          100 * row.missedWith(),
          100 * row.falseRollback());
    }
  }

  private static String row(String name, String judge, Tally tally) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.2f %% | %.2f %% | %.1f | %.1f | %.1f |",
        name,
        judge,
        100 * tally.rollback(),
        100 * tally.share(Outcome.Verdict.PROMOTE),
        tally.jobs(),
        tally.minutes(),
        tally.badVideos());
  }

  /**
   * The worst of all cases, except that the mean of the cases at the declared regression stands for
   * {@code missed}: its expectation is the same in all of them, the worst of many is chance.
   */
  String result(List<Beyond.Row> beyond) {
    Predicate<Verdict.Cell> healthy = c -> c.world().regression() == 0;
    Predicate<Verdict.Cell> plain = c -> c.world().kind() == World.Kind.PLAIN;
    Predicate<Verdict.Cell> declared = c -> c.world().regression() == policy.smallestRegression();
    Predicate<Verdict.Cell> larger = c -> c.world().regression() > policy.smallestRegression();
    return String.format(
        Locale.ROOT,
        "RESULT false_rollback=%.4f missed=%.4f (worst case %.4f) missed_larger=%.4f"
            + " wald_ratio=%.2f wald_ratio_larger=%.2f wald_bound_ratio=%.2f tuned_speedup=%.2f"
            + " (%.2f to %.2f) docs_missed_10_percent=%.2f beyond_binary=%.2f (%.2f to %.2f)",
        of(healthy, c -> c.ours().rollback()).max().orElseThrow(),
        of(declared, c -> c.ours().missed()).average().orElseThrow(),
        of(declared, c -> c.ours().missed()).max().orElseThrow(),
        of(larger, c -> c.ours().missed()).max().orElseThrow(),
        of(plain.and(declared), Table::exactRatio).max().orElseThrow(),
        of(plain.and(larger), Table::exactRatio).max().orElseThrow(),
        of(plain.and(declared), Table::boundRatio).max().orElseThrow(),
        median(speedups()),
        speedups().min().orElse(Double.NaN),
        speedups().max().orElse(Double.NaN),
        of(Table::documented, c -> c.judges().get("argo docs").missed()).max().orElseThrow(),
        median(beyond.stream().mapToDouble(Beyond.Row::gain)),
        beyond.stream().mapToDouble(Beyond.Row::gain).min().orElseThrow(),
        beyond.stream().mapToDouble(Beyond.Row::gain).max().orElseThrow());
  }

  /** Time of the best tuned peer over ours, where a tuned peer reaches the error rates at all. */
  private DoubleStream speedups() {
    return cells.stream()
        .filter(c -> c.world().kind() == World.Kind.PLAIN && c.world().regression() > 0)
        .map(Table::speedup)
        .flatMapToDouble(OptionalDouble::stream);
  }

  /** 10 % bad at 1 % weight and one job a second. */
  private static boolean documented(Verdict.Cell cell) {
    return cell.world().equals(new World(World.Kind.PLAIN, 0.09, 0.01, 1));
  }

  private static OptionalDouble speedup(Verdict.Cell cell) {
    OptionalDouble best =
        cell.judges().entrySet().stream()
            .filter(e -> e.getKey().contains(" tuned for ") && e.getKey().endsWith(" fresh"))
            .mapToDouble(e -> e.getValue().minutes())
            .min();
    return best.isEmpty()
        ? best
        : OptionalDouble.of(best.getAsDouble() / cell.fresh("ours").minutes());
  }

  private DoubleStream of(Predicate<Verdict.Cell> which, ToDoubleFunction<Verdict.Cell> what) {
    return cells.stream().filter(which).mapToDouble(what);
  }

  private static double exactRatio(Verdict.Cell cell) {
    Wald wald = Verdict.wald(cell.world());
    return cell.ours().jobs() / wald.jobs(wald.broken());
  }

  private static double boundRatio(Verdict.Cell cell) {
    return cell.ours().jobs() / Verdict.wald(cell.world()).bound();
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }
}
