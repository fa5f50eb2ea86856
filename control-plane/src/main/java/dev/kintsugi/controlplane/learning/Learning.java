package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.learning.SampleStore.Ended;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.RuleDecision;
import dev.kintsugi.core.learning.RuleLifecycle;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from jobs as they end: each becomes a sample, and evidence for or against the rules that
 * its prompt has, exactly once whichever replica does it.
 */
@Singleton
@Requires(notEnv = "command")
class Learning {

  private static final Logger LOG = LoggerFactory.getLogger(Learning.class);

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x6c6561726e696e67L;

  private static final int AT_ONCE = 1_000;

  private final Transactions transactions;
  private final SampleStore samples;
  private final LifecyclePolicy policy;
  private final Duration retention;
  private final Clock clock;
  private final Counter failures;

  Learning(
      Transactions transactions,
      SampleStore samples,
      LearningSettings settings,
      Clock clock,
      Meters meters) {
    this.transactions = transactions;
    this.samples = samples;
    this.policy = settings.lifecycle();
    this.retention = settings.retention();
    this.clock = clock;
    this.failures = meters.counter(MetricCatalogue.PROMPT_FAILURES);
  }

  @Scheduled(initialDelay = "5s", fixedDelay = "${kintsugi.learning.look-every:5s}")
  void look() {
    try {
      int last = AT_ONCE;
      while (last == AT_ONCE) {
        last = learn();
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Nothing is learnt now: {}", away.getMessage());
    }
  }

  @Scheduled(initialDelay = "13m", fixedDelay = "1h")
  void prune() {
    try {
      int removed = samples.prune(clock.instant().minus(retention));
      LOG.debug("Removed {} samples older than {}", removed, retention);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old samples will be removed later: {}", away.getMessage());
    }
  }

  /** Takes in jobs that ended; returns how many. */
  int learn() {
    List<Ended> taken =
        transactions.durably(
            c -> {
              if (!Sql.tryLock(c, TURN)) {
                return List.of();
              }
              Instant now = clock.instant();
              List<Ended> ended = SampleStore.take(c, now, AT_ONCE);
              for (StoredRule rule : RuleStore.lockActive(c)) {
                learn(c, rule, ended, now);
              }
              return ended;
            });
    failures.inc(taken.stream().filter(job -> Boolean.TRUE.equals(job.failed())).count());
    return taken.size();
  }

  private void learn(Connection c, StoredRule rule, List<Ended> ended, Instant now)
      throws SQLException {
    StoredRule after = seen(rule, ended);
    List<Change> changes = new ArrayList<>();
    RuleState state = after.state();
    while (RuleLifecycle.decide(state, after.lastSeen(), policy, now)
        instanceof RuleDecision.Move(RuleState next, String reason)) {
      changes.add(
          new Change(
              now,
              Change.LEARNING,
              state.stage().wireName(),
              next.stage().wireName(),
              next.pinned(),
              reason));
      state = next;
    }
    after = after.with(state, after.lastSeen());
    if (!after.equals(rule)) {
      RuleStore.set(c, after);
      for (Change change : changes) {
        RuleStore.log(c, rule.id(), change);
        LOG.info(
            "Rule {} of {} is {}: {}", rule.name(), rule.service(), change.to(), change.reason());
      }
    }
  }

  /** Only prompts that came in the present stage are evidence in it. */
  private StoredRule seen(StoredRule rule, List<Ended> ended) {
    StoredRule after = rule;
    for (Ended job : ended) {
      if (job.failed() != null
          && job.service().equals(rule.service())
          && !job.createdAt().isBefore(rule.state().since())
          && rule.matches(job.features())) {
        after = after.with(RuleLifecycle.seen(after.state(), job.failed(), policy), job.endedAt());
      }
    }
    return after;
  }
}
