package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.protocol.node.FailureClass;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the cases of failed attempts that have none: their process was killed between the end of
 * the attempt and the case, or the writer was full. Any replica may run it; a case is kept once.
 */
@Singleton
@Requires(notEnv = "command")
final class CaseSearch {

  static final String FOUND_LATER = "found_later";

  private static final Logger LOG = LoggerFactory.getLogger(CaseSearch.class);
  private static final Duration LONG_AGO = Duration.ofDays(1);
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /** Time that the writer has before the search. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int BATCH = 500;

  private final JobQueue queue;
  private final CaseStore store;
  private final Ledger ledger;
  private final Clock clock;
  private Instant from;

  CaseSearch(JobQueue queue, CaseStore store, Ledger ledger, Clock clock) {
    this.queue = queue;
    this.store = store;
    this.ledger = ledger;
    this.clock = clock;
    this.from = clock.instant().minus(LONG_AGO);
  }

  @Scheduled(initialDelay = "5s", fixedDelay = "30s")
  void search() {
    try {
      searchUntil(clock.instant().minus(PATIENCE));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Cases will be searched later: {}", away.getMessage());
    }
  }

  /** Looks once more at what may have been committed late. */
  synchronized void searchUntil(Instant until) {
    Instant cursor = from;
    while (true) {
      List<Attempt> failed = queue.failedBetween(cursor, until, BATCH);
      Set<String> known =
          store.attemptsWithCase(failed.stream().map(Attempt::id).collect(Collectors.toSet()));
      failed.stream()
          .filter(attempt -> !known.contains(attempt.id()))
          .filter(attempt -> !FailureClass.CANCELLED.name().equals(attempt.outcome()))
          .forEach(this::write);
      if (failed.size() < BATCH) {
        break;
      }
      cursor = after(failed.getLast(), cursor);
    }
    from = until.minus(OVERLAP).isAfter(from) ? until.minus(OVERLAP) : from;
  }

  /** The same instant again, for a page may end between two attempts of one; but never for good. */
  private static Instant after(Attempt last, Instant cursor) {
    Instant end = last.endedAt() == null ? cursor : last.endedAt();
    return end.isAfter(cursor) ? end : cursor.plus(1, ChronoUnit.MICROS);
  }

  private void write(Attempt attempt) {
    ledger.write(
        new NewCase(
            NewCase.Kind.FAILED_ATTEMPT,
            attempt.jobId(),
            attempt.id(),
            attempt.outcome() == null ? FailureClass.INTERNAL.name() : attempt.outcome(),
            "unknown",
            "",
            attempt.message() == null ? "" : attempt.message(),
            attempt.nodeId(),
            attempt.revision(),
            null,
            Map.of(FOUND_LATER, "true"),
            attempt.endedAt() == null ? attempt.startedAt() : attempt.endedAt()));
  }
}
