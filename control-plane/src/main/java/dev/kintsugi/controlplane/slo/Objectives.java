package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.learning.Interceptions;
import dev.kintsugi.core.learning.Estimate;
import dev.kintsugi.core.learning.Interception;
import dev.kintsugi.core.slo.BudgetGate;
import dev.kintsugi.core.slo.Counts;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.core.slo.ValueBuckets;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps every objective judged: counts what ended, then looks at each window. */
@Singleton
@Requires(notEnv = "command")
public class Objectives {

  private static final Logger LOG = LoggerFactory.getLogger(Objectives.class);

  /** A judgement older than this is none. */
  private static final Duration STALE = Duration.ofMinutes(1);

  private static final Duration HISTORY_EVERY = Duration.ofMinutes(1);

  /**
   * The last judgement of an objective.
   *
   * @param value measured over the window: a quantile or a mean; null where there is none
   * @param between the share of good events is, where it is estimated; null where it is counted
   */
  record Judged(
      StoredObjective objective,
      SloReview review,
      @Nullable Double value,
      @Nullable Estimate between,
      Instant at) {}

  private final JobCounter counter;
  private final ObjectiveStore objectives;
  private final CountStore counts;
  private final Interceptions interceptions;
  private final HistoryStore history;
  private final SloMetrics metrics;
  private final Clock clock;
  private volatile Map<String, Judged> judged = Map.of();
  private Instant keptAt = Instant.MIN;

  Objectives(
      JobCounter counter,
      ObjectiveStore objectives,
      CountStore counts,
      Interceptions interceptions,
      HistoryStore history,
      SloMetrics metrics,
      Clock clock) {
    this.counter = counter;
    this.objectives = objectives;
    this.counts = counts;
    this.interceptions = interceptions;
    this.history = history;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "2s", fixedDelay = "${kintsugi.slo.every:5s}")
  void judgeAll() {
    try {
      counter.count();
      judge();
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Objectives will be judged later: {}", away.getMessage());
    }
  }

  synchronized void judge() {
    Instant now = clock.instant();
    boolean keep = !now.isBefore(keptAt.plus(HISTORY_EVERY));
    Map<String, Judged> next = new TreeMap<>();
    for (StoredObjective objective : objectives.all()) {
      Judged one = judge(objective, now);
      next.put(objective.key(), one);
      metrics.show(objective, one.review());
      if (keep) {
        history.keep(objective, one.review(), now);
      }
    }
    judged.values().stream()
        .map(Judged::objective)
        .filter(known -> !next.containsKey(known.key()))
        .forEach(metrics::forget);
    judged = next;
    keptAt = keep ? now : keptAt;
  }

  private Judged judge(StoredObjective stored, Instant now) {
    var objective = stored.objective();
    Kind kind = objective.indicator().kind();
    Interceptions.Seen prompts =
        kind.ofPrompts()
            ? interceptions.seen(kind, stored.service(), objective.window(), now)
            : null;
    Counts seen =
        prompts == null ? counts.counts(stored.id(), objective.window(), now) : prompts.events();
    SloReview review = SloReview.decide(objective, seen, now);
    Judged before = judged.get(stored.key());
    if (before != null && before.review().state() != review.state()) {
      LOG.info(
          "Objective {} of {} is {} ({}), it was {}",
          stored.key(),
          stored.service(),
          review.state().text(),
          SloViews.message(stored, review),
          before.review().state().text());
    }
    Estimate between = prompts == null ? null : good(kind, prompts.interception());
    return new Judged(stored, review, value(stored, review, now), between, now);
  }

  private static @Nullable Estimate good(Kind kind, Interception seen) {
    return kind == Kind.INTERCEPTION_RATE ? seen.rate() : seen.spared();
  }

  private @Nullable Double value(StoredObjective stored, SloReview review, Instant now) {
    var objective = stored.objective();
    return objective.indicator().kind() == Kind.LATENCY
        ? ValueBuckets.quantile(
            counts.buckets(stored.id(), now.minus(objective.window())), objective.target())
        : review.window().mean();
  }

  /** Every judgement, by {@code namespace/name} of the objective. */
  Map<String, Judged> all() {
    return judged;
  }

  Optional<Judged> find(String key) {
    return Optional.ofNullable(judged.get(key));
  }

  /** The judgement may still be gone by: the objective was looked at within the last minute. */
  boolean fresh(Judged one) {
    return !clock.instant().isAfter(one.at().plus(STALE));
  }

  /**
   * Whether the error budgets of a service allow a change. What rules do with prompts is no matter
   * of a version: a change may be the very cure of prompts that fail.
   *
   * @param service {@code namespace/name}
   */
  public BudgetGate gate(String service) {
    List<Judged> ours =
        judged.values().stream()
            .filter(one -> one.objective().service().equals(service))
            .filter(one -> !one.objective().objective().indicator().kind().ofPrompts())
            .toList();
    Optional<Judged> stale = ours.stream().filter(one -> !fresh(one)).findFirst();
    if (stale.isPresent()) {
      return new BudgetGate(
          BudgetGate.Verdict.UNKNOWN, "error budgets were last looked at " + stale.get().at());
    }
    return BudgetGate.decide(
        ours.stream().collect(Collectors.toMap(one -> one.objective().name(), Judged::review)));
  }
}
