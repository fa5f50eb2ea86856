package dev.kintsugi.core.slo;

import org.jspecify.annotations.Nullable;

/**
 * Counted events.
 *
 * @param events good and bad
 * @param bad of them; a degraded answer may count in part
 * @param valueSum of the events that measured a value
 * @param values events that measured one
 */
public record Tally(long events, double bad, double valueSum, long values) {

  public static final Tally NONE = new Tally(0, 0, 0, 0);

  public static Tally of(Event event) {
    Double value = event.value();
    return value == null ? new Tally(1, event.bad(), 0, 0) : new Tally(1, event.bad(), value, 1);
  }

  public Tally plus(Tally other) {
    return new Tally(
        events + other.events, bad + other.bad, valueSum + other.valueSum, values + other.values);
  }

  /** Share of bad events; null without any. */
  public @Nullable Double badShare() {
    return events == 0 ? null : bad / events;
  }

  /** Mean of the measured values; null without any. */
  public @Nullable Double mean() {
    return values == 0 ? null : valueSum / values;
  }
}
