package dev.kintsugi.core.slo;

import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Events of one objective by the step they ended in, in minutes and again in hours. */
public record Counts(NavigableMap<Instant, Tally> minutes, NavigableMap<Instant, Tally> hours) {

  public static Counts empty() {
    return new Counts(new TreeMap<>(), new TreeMap<>());
  }

  public void add(Grain grain, Instant start, Tally tally) {
    (grain == Grain.MINUTE ? minutes : hours).merge(start, tally, Tally::plus);
  }

  /** Events of the window that ends now. */
  public Tally over(Duration window, Instant now) {
    return (Grain.of(window) == Grain.MINUTE ? minutes : hours)
        .tailMap(Grain.begin(window, now), true).values().stream().reduce(Tally.NONE, Tally::plus);
  }
}
