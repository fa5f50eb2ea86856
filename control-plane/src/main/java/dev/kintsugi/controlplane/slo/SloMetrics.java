package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.JobEnd;
import dev.kintsugi.core.slo.BurnLevel;
import dev.kintsugi.core.slo.BurnReading;
import dev.kintsugi.core.slo.SloReview;
import dev.kintsugi.protocol.metrics.ObjectiveCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The objectives' part of the metric catalogue. */
@Singleton
class SloMetrics {

  private final Gauge target;
  private final Gauge current;
  private final Gauge budgetLeft;
  private final Gauge burnRate;
  private final Gauge burnLimit;
  private final Gauge firing;
  private final Gauge state;
  private final Counter gpuSeconds;
  private final Counter costUsd;
  private final Set<List<String>> burns = new HashSet<>();

  SloMetrics(Meters meters) {
    this.target = meters.gauge(ObjectiveCatalogue.SLO_OBJECTIVE);
    this.current = meters.gauge(ObjectiveCatalogue.SLO_CURRENT);
    this.budgetLeft = meters.gauge(ObjectiveCatalogue.SLO_BUDGET_LEFT);
    this.burnRate = meters.gauge(ObjectiveCatalogue.SLO_BURN_RATE);
    this.burnLimit = meters.gauge(ObjectiveCatalogue.SLO_BURN_LIMIT);
    this.firing = meters.gauge(ObjectiveCatalogue.SLO_FIRING);
    this.state = meters.gauge(ObjectiveCatalogue.SLO_STATE);
    this.gpuSeconds = meters.counter(ObjectiveCatalogue.GPU_SECONDS);
    this.costUsd = meters.counter(ObjectiveCatalogue.COST_USD);
  }

  void spent(JobEnd job) {
    double delivered = job.deliveredSeconds();
    add(gpuSeconds, job, "delivered", delivered);
    add(gpuSeconds, job, "wasted", job.gpuSeconds() - delivered);
    Double cost = job.costUsd();
    if (cost != null) {
      Double deliveredUsd = job.deliveredUsd();
      double used = deliveredUsd == null ? 0 : deliveredUsd;
      add(costUsd, job, "delivered", used);
      add(costUsd, job, "wasted", cost - used);
    }
  }

  private static void add(Counter counter, JobEnd job, String use, double amount) {
    if (amount > 0) {
      counter.labelValues(job.service(), job.revision(), job.pool(), use).inc(amount);
    }
  }

  /**
   * What is not known is not shown: a share or a budget without events is left out. What stays is
   * set in place, so that no scrape finds it missing.
   */
  synchronized void show(StoredObjective objective, SloReview review) {
    String slo = objective.key();
    String service = objective.service();
    target.labelValues(slo, service).set(objective.objective().target());
    Double share = review.current();
    Double left = review.budgetLeft();
    if (share != null && left != null) {
      current.labelValues(slo, service).set(share);
      budgetLeft.labelValues(slo, service).set(left);
    } else {
      current.remove(slo, service);
      budgetLeft.remove(slo, service);
    }
    for (SloReview.State one : SloReview.State.values()) {
      state
          .labelValues(slo, service, one.name().toLowerCase(Locale.ROOT))
          .set(one == review.state() ? 1 : 0);
    }
    showBurns(slo, service, review.burns());
  }

  private void showBurns(String slo, String service, List<BurnReading> readings) {
    Map<List<String>, Double> rates = new HashMap<>();
    for (BurnLevel.Name name : BurnLevel.Name.values()) {
      String level = name.wireName();
      Optional<BurnReading> reading =
          readings.stream().filter(burn -> burn.level().name() == name).findFirst();
      firing
          .labelValues(slo, service, level)
          .set(reading.filter(BurnReading::firing).isPresent() ? 1 : 0);
      reading.ifPresentOrElse(
          burn -> {
            burnLimit.labelValues(slo, service, level).set(burn.level().limit());
            rates.put(burnRate(slo, service, level, burn.level().window()), burn.burn());
            rates.put(burnRate(slo, service, level, burn.level().shortWindow()), burn.shortBurn());
          },
          () -> burnLimit.remove(slo, service, level));
    }
    rates.forEach((labels, burn) -> burnRate.labelValues(texts(labels)).set(burn));
    forgetBurns(slo, rates.keySet());
    burns.addAll(rates.keySet());
  }

  private void forgetBurns(String slo, Set<List<String>> but) {
    burns.removeIf(
        labels -> {
          boolean old = labels.getFirst().equals(slo) && !but.contains(labels);
          if (old) {
            burnRate.remove(texts(labels));
          }
          return old;
        });
  }

  private static String[] texts(List<String> labels) {
    return labels.toArray(String[]::new);
  }

  synchronized void forget(StoredObjective objective) {
    String slo = objective.key();
    String service = objective.service();
    target.remove(slo, service);
    current.remove(slo, service);
    budgetLeft.remove(slo, service);
    forgetBurns(slo, Set.of());
    for (BurnLevel.Name level : BurnLevel.Name.values()) {
      firing.remove(slo, service, level.wireName());
      burnLimit.remove(slo, service, level.wireName());
    }
    for (SloReview.State one : SloReview.State.values()) {
      state.remove(slo, service, one.name().toLowerCase(Locale.ROOT));
    }
  }

  /** Such as {@code 30m} or {@code 3d}, as Prometheus writes it. */
  private static List<String> burnRate(String slo, String service, String level, Duration window) {
    String text =
        window.toHours() % 24 == 0
            ? window.toDays() + "d"
            : window.toMinutes() % 60 == 0 ? window.toHours() + "h" : window.toMinutes() + "m";
    return List.of(slo, service, level, text);
  }
}
