package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.BatchedCounts;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.learning.OutcomeStore.Key;
import dev.kintsugi.controlplane.learning.OutcomeStore.Sums;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.slo.Grain;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts prompts that rules stopped, without waiting for the database. */
@Singleton
@Requires(notEnv = "command")
class Stops {

  private static final Logger LOG = LoggerFactory.getLogger(Stops.class);

  private final BatchedCounts<Stopped> counts;
  private final Clock clock;

  private record Stopped(String service, long rule, RuleStage stage, Instant minute) {}

  /** Of one rule. */
  private record Seen(long prompts, Instant last) {
    Seen plus(Seen other) {
      return new Seen(prompts + other.prompts, last.isAfter(other.last) ? last : other.last);
    }
  }

  Stops(Transactions transactions, Clock clock) {
    this.counts = new BatchedCounts<>(transactions, Stops::write);
    this.clock = clock;
  }

  void add(StoredRule rule) {
    counts.add(
        new Stopped(
            rule.service(), rule.id(), rule.state().stage(), Grain.MINUTE.floor(clock.instant())));
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
      LOG.debug("Stopped prompts are written later: {}", away.getMessage());
    }
  }

  private static void write(Connection c, Map<Stopped, Long> counts) throws SQLException {
    Map<Key, Sums> sums = new HashMap<>();
    // In the order of their ids, and before the sums, as everybody who locks several.
    Map<Long, Seen> rules = new TreeMap<>();
    counts.forEach(
        (stopped, prompts) -> {
          Sums more = new Sums(prompts, 0, 0);
          Key.of(stopped.service(), stopped.minute(), stopped.rule(), stopped.stage())
              .forEach(key -> sums.merge(key, more, Sums::plus));
          rules.merge(stopped.rule(), new Seen(prompts, stopped.minute()), Seen::plus);
        });
    for (Map.Entry<Long, Seen> rule : rules.entrySet()) {
      RuleStore.stopped(c, rule.getKey(), rule.getValue().prompts(), rule.getValue().last());
    }
    OutcomeStore.add(c, sums);
  }
}
