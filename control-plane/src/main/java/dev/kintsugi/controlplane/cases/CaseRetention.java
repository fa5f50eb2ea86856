package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes cases by age: the one way a row leaves the ledger. */
@Singleton
@Requires(notEnv = "command")
final class CaseRetention {

  private static final Logger LOG = LoggerFactory.getLogger(CaseRetention.class);
  private static final int BATCH = 1_000;

  private final CaseStore store;
  private final LedgerSettings settings;
  private final Clock clock;

  CaseRetention(CaseStore store, LedgerSettings settings, Clock clock) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "7m", fixedDelay = "1h")
  void prune() {
    try {
      int removed = 0;
      int last = BATCH;
      while (last == BATCH) {
        last = store.prune(clock.instant().minus(settings.retention()), BATCH);
        removed += last;
      }
      if (removed > 0) {
        LOG.info("Removed {} cases older than {}", removed, settings.retention());
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old cases will be removed later: {}", away.getMessage());
    }
  }
}
