package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.database.BatchedCounts;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.screening.PromptCountStore.Counted;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what came of prompts, by service and day, without waiting for the database. */
@Singleton
@Requires(notEnv = "command")
class PromptCounts {

  private static final Logger LOG = LoggerFactory.getLogger(PromptCounts.class);
  private static final Duration KEPT = Duration.ofDays(100);
  private static final Duration GONE = Duration.ofDays(1);

  private final BatchedCounts<Counted> counts;
  private final PromptCountStore store;
  private final Transactions transactions;
  private final Clock clock;

  PromptCounts(PromptCountStore store, Transactions transactions, Clock clock) {
    this.counts = new BatchedCounts<>(transactions, PromptCountStore::add);
    this.store = store;
    this.transactions = transactions;
    this.clock = clock;
  }

  /**
   * @param reasons wire names of the rules that spoke against it, each once
   */
  void add(String service, String verdict, Collection<String> reasons) {
    LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    counts.add(new Counted(service, day, Counted.VERDICT, verdict));
    reasons.forEach(rule -> counts.add(new Counted(service, day, Counted.REASON, rule)));
  }

  @PreDestroy
  void stop() {
    flush();
  }

  @Scheduled(initialDelay = "1s", fixedDelay = "1s")
  void flush() {
    try {
      counts.flush(clock.instant());
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Counts of prompts are written later: {}", away.getMessage());
    }
  }

  @Scheduled(initialDelay = "17m", fixedDelay = "1h")
  void prune() {
    Instant now = clock.instant();
    try {
      store.prune(LocalDate.ofInstant(now.minus(KEPT), ZoneOffset.UTC));
      BatchedCounts.prune(transactions, now.minus(GONE));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old counts of prompts will be removed later: {}", away.getMessage());
    }
  }
}
