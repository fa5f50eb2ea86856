package dev.kintsugi.core.slo;

import dev.kintsugi.core.slo.Indicator.DegradedCounts;
import dev.kintsugi.core.slo.Indicator.Kind;
import java.time.Duration;
import java.util.Locale;

/**
 * Declared and simulated rates of false and missed alerts. False: jobs at exactly the objective,
 * looked at after every job. Missed: a burn of the declared rate over one whole window.
 */
final class PageRates {

  private static final int BURNS = 1_000;
  private static final long MOST_JOBS = 5_000_000;

  private PageRates() {}

  public static void main(String[] args) {
    System.out.println(
        "| objective | jobs a day | level | window | fires at | finds | false a window, bound |"
            + " simulated | missed, exact | simulated |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (double target : new double[] {0.999, 0.99, 0.9, 0.5}) {
      for (long perDay : new long[] {20_000, 1_000, 50}) {
        Objective objective =
            new Objective(
                new Indicator(Kind.ERROR_RATE, null, null),
                DegradedCounts.GOOD,
                target,
                Duration.ofDays(30));
        for (BurnLevel level : BurnPlan.decide(objective, perDay / 86_400.0)) {
          print(objective, perDay, level);
        }
      }
    }
  }

  private static void print(Objective objective, long perDay, BurnLevel level) {
    long perWindow = perDay * objective.window().toDays();
    long windows = Math.max(1, Math.min(2_000, MOST_JOBS / perWindow));
    System.out.printf(
        Locale.ROOT,
        "| %s %% | %d | %s | %s | %.2f | %.2f | %.4f | %.4f | %.4f | %.4f |%n",
        String.valueOf(objective.target() * 100).replaceAll("0000+\\d*$|\\.0$", ""),
        perDay,
        level.name().wireName(),
        level.window().toString().substring(2).toLowerCase(Locale.ROOT),
        level.limit(),
        level.detects(),
        level.falseAlerts(),
        (double) firings(objective, level, perWindow * windows) / windows,
        level.missed(),
        missed(objective, level));
  }

  private static long firings(Objective objective, BurnLevel level, long jobs) {
    SlidingWindow quiet = new SlidingWindow(level, objective, 1);
    long firings = 0;
    for (long i = 0; i < jobs; i++) {
      firings += quiet.next(objective.budget()) ? 1 : 0;
    }
    return firings;
  }

  private static double missed(Objective objective, BurnLevel level) {
    int missed = 0;
    for (int run = 0; run < BURNS; run++) {
      SlidingWindow burning = new SlidingWindow(level, objective, 100 + run);
      boolean fired = false;
      for (long i = 0; i < level.events(); i++) {
        var unused = burning.next(level.detects() * objective.budget());
        fired |= burning.alarms();
      }
      missed += fired ? 0 : 1;
    }
    return (double) missed / BURNS;
  }
}
