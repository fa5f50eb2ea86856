package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.JobLedger;
import dev.kintsugi.core.slo.Grain;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes ended jobs, counts and history by age. */
@Singleton
@Requires(notEnv = "command")
final class SloRetention {

  private static final Logger LOG = LoggerFactory.getLogger(SloRetention.class);
  private static final int BATCH = 1_000;
  private static final Duration SPARE = Duration.ofHours(2);

  private final JobLedger ledger;
  private final CountStore counts;
  private final CostStore costs;
  private final HistoryStore history;
  private final SloSettings settings;
  private final Clock clock;

  SloRetention(
      JobLedger ledger,
      CountStore counts,
      CostStore costs,
      HistoryStore history,
      SloSettings settings,
      Clock clock) {
    this.ledger = ledger;
    this.counts = counts;
    this.costs = costs;
    this.history = history;
    this.settings = settings;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "11m", fixedDelay = "1h")
  void prune() {
    Instant now = clock.instant();
    Instant oldest = now.minus(settings.retention());
    try {
      int last = BATCH;
      while (last == BATCH) {
        last = ledger.prune(oldest, BATCH);
      }
      counts.prune(now.minus(Grain.MINUTES_UP_TO).minus(SPARE), oldest);
      costs.prune(oldest);
      history.prune(oldest);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old counts will be removed later: {}", away.getMessage());
    }
  }
}
