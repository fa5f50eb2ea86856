package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.ShadowPair;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.metrics.RolloutCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The rollouts' part of the metric catalogue. Its gauges are there while a rollout is. */
@Singleton
final class RolloutMetrics {

  private final Counter verdicts;
  private final Gauge evidence;
  private final Gauge carried;
  private final Gauge jobs;
  private final Histogram cutDelay;
  private final Counter shadowPairs;

  RolloutMetrics(Meters meters) {
    this.verdicts = meters.counter(RolloutCatalogue.ROLLOUT_VERDICTS);
    this.evidence = meters.gauge(RolloutCatalogue.ROLLOUT_EVIDENCE);
    this.carried = meters.gauge(RolloutCatalogue.ROLLOUT_CARRIED);
    this.jobs = meters.gauge(RolloutCatalogue.ROLLOUT_JOBS);
    this.cutDelay = meters.histogram(RolloutCatalogue.ROLLOUT_CUT_DELAY);
    this.shadowPairs = meters.counter(RolloutCatalogue.ROLLOUT_SHADOW_PAIRS);
  }

  /** A decision that this replica was the first to make. */
  void decided(Decision decision) {
    RolloutEvidence told = decision.evidence();
    verdicts
        .labelValues(decision.key().service(), lower(told.verdict()), lower(told.reason()))
        .inc();
    if (told.cutAt() != null && told.firstBadAt() != null) {
      Duration delay =
          Duration.between(Instant.parse(told.firstBadAt()), Instant.parse(told.cutAt()));
      cutDelay
          .labelValues(decision.key().service())
          .observe(Math.max(0, delay.toMillis()) / 1000.0);
    }
  }

  /** A pair that this replica was the first to end. */
  void shadowEnded(String service, ShadowPair.Ending ending) {
    shadowPairs.labelValues(service, lower(ending.name())).inc();
  }

  void stands(String service, RolloutEvidence told, Evidence of) {
    evidence.labelValues(service, "regression").set(told.againstCanary());
    evidence.labelValues(service, "health").set(told.forCanary());
    carried.labelValues(service).set(told.carriedPercent() / 100);
    for (Arm arm : Arm.values()) {
      for (Ending ending : Ending.values()) {
        jobs.labelValues(service, lower(arm.name()), lower(ending.name()))
            .set(of.count(arm, ending));
      }
    }
  }

  void gone(String service) {
    evidence.remove(service, "regression");
    evidence.remove(service, "health");
    carried.remove(service);
    for (Arm arm : Arm.values()) {
      for (Ending ending : Ending.values()) {
        jobs.remove(service, lower(arm.name()), lower(ending.name()));
      }
    }
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
