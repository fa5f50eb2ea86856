package dev.kintsugi.controlplane.learning;

import dev.kintsugi.core.learning.Estimate;
import dev.kintsugi.core.learning.Interception;
import dev.kintsugi.core.learning.Interception.Group;
import dev.kintsugi.core.learning.PromptEvents;
import dev.kintsugi.core.learning.PromptEvents.Step;
import dev.kintsugi.core.slo.Counts;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.protocol.screening.PromptInterception;
import dev.kintsugi.protocol.screening.PromptInterception.Interval;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How many failures rules kept from a GPU. */
@Singleton
public class Interceptions {

  private final OutcomeStore store;

  Interceptions(OutcomeStore store) {
    this.store = store;
  }

  /**
   * Of all these services together.
   *
   * @param services by {@code namespace/name}
   */
  public Interception of(Predicate<String> services, Instant from) {
    List<Group> groups =
        store.groups(Grain.HOUR.floor(from)).entrySet().stream()
            .filter(entry -> services.test(entry.getKey()))
            .flatMap(entry -> entry.getValue().stream())
            .toList();
    return Interception.of(groups);
  }

  /** Of each service that had prompts since then. */
  Map<String, Interception> byService(Instant from) {
    return store.groups(Grain.HOUR.floor(from)).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> Interception.of(entry.getValue())));
  }

  /**
   * A service over the window of an objective whose indicator is of prompts.
   *
   * @param events as the indicator counts them
   */
  public record Seen(Counts events, Interception interception) {}

  public Seen seen(Kind kind, String service, Duration window, Instant now) {
    List<Step> steps =
        store.steps(
            service, Grain.begin(Grain.MINUTES_UP_TO, now), Grain.HOUR.floor(now.minus(window)));
    return new Seen(PromptEvents.of(kind, steps), Interception.of(PromptEvents.groups(steps)));
  }

  /** As the APIs show it. */
  public static PromptInterception view(Interception of) {
    return new PromptInterception(
        of.stopped(),
        of.unmeasured(),
        interval(of.intercepted()),
        of.failed(),
        of.good(),
        orNull(of.rate()),
        orNull(of.falsePositives()));
  }

  private static @Nullable Interval orNull(@Nullable Estimate estimate) {
    return estimate == null ? null : interval(estimate);
  }

  private static Interval interval(Estimate estimate) {
    return new Interval(estimate.value(), estimate.low(), estimate.high());
  }
}
