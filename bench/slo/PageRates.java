package dev.kintsugi.core.slo;

import dev.kintsugi.core.slo.Indicator.DegradedCounts;
import dev.kintsugi.core.slo.Indicator.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;

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
    Sliding quiet = new Sliding(objective, level, 1);
    long firings = 0;
    for (long i = 0; i < jobs; i++) {
      firings += quiet.next(objective.budget()) ? 1 : 0;
    }
    return firings;
  }

  private static double missed(Objective objective, BurnLevel level) {
    int missed = 0;
    for (int run = 0; run < BURNS; run++) {
      Sliding burning = new Sliding(objective, level, 100 + run);
      boolean fired = false;
      for (long i = 0; i < level.events(); i++) {
        var unused = burning.next(level.detects() * objective.budget());
        fired |= burning.alarms();
      }
      missed += fired ? 0 : 1;
    }
    return (double) missed / BURNS;
  }

  /** The last jobs of a window; tells when it begins to fire. */
  private static final class Sliding {
    private final boolean[] bad;
    private final long needed;
    private final SplittableRandom random;
    private final int shortLength;
    private final double shortNeeded;
    private int place;
    private long sum;
    private long shortSum;
    private boolean firing;

    Sliding(Objective objective, BurnLevel level, long seed) {
      this.bad = new boolean[Math.toIntExact(level.events())];
      this.needed =
          BurnPlan.needed(
              objective, level.name(), level.detects(), level.window(), level.events());
      this.random = new SplittableRandom(seed);
      double part = (double) level.shortWindow().toSeconds() / level.window().toSeconds();
      this.shortLength = Math.max(1, (int) Math.round(bad.length * part));
      this.shortNeeded = level.clears() * objective.budget() * shortLength;
    }

    boolean next(double probability) {
      sum -= bad[place] ? 1 : 0;
      shortSum -= bad[Math.floorMod(place - shortLength, bad.length)] ? 1 : 0;
      bad[place] = random.nextDouble() < probability;
      sum += bad[place] ? 1 : 0;
      shortSum += bad[place] ? 1 : 0;
      place = (place + 1) % bad.length;
      boolean was = firing;
      firing = sum >= needed;
      return firing && !was;
    }

    /** As a service is told: both windows are over their limits. */
    boolean alarms() {
      return firing && shortSum >= shortNeeded;
    }
  }
}
