package dev.kintsugi.core.slo;

import java.util.SplittableRandom;

/** The last events of a window; tells when the count first reaches what the level needs. */
final class SlidingWindow {
  private final boolean[] bad;
  private final long needed;
  private final SplittableRandom random;
  private final int shortLength;
  private final double shortNeeded;
  private int place;
  private long sum;
  private long shortSum;
  private boolean firing;

  SlidingWindow(BurnLevel level, Objective objective, long seed) {
    this.bad = new boolean[Math.toIntExact(level.events())];
    this.needed =
        BurnPlan.needed(objective, level.name(), level.detects(), level.window(), level.events());
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
