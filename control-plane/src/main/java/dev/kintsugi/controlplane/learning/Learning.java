package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseException;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.database.Turn;
import dev.kintsugi.controlplane.learning.OutcomeStore.Key;
import dev.kintsugi.controlplane.learning.OutcomeStore.Sums;
import dev.kintsugi.controlplane.learning.SampleStore.Ended;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.RuleDecision;
import dev.kintsugi.core.learning.RuleLifecycle;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

  /** Each is embedded first, which takes milliseconds. */
  private static final int AT_ONCE = 200;

  /** A batch is embedded and written in a second or two. */
  private static final Duration LONGEST_TURN = Duration.ofMinutes(1);

  private static final Duration SPARE = Duration.ofHours(1);

  /** A little longer than the longest window of an objective. */
  private static final Duration KEPT = Duration.ofDays(100);

  private final Transactions transactions;
  private final Turn turn;
  private final SampleStore samples;
  private final RuleStore rules;
  private final OutcomeStore outcomes;
  private final PromptTopics topics;
  private final Promotions promotions;
  private final Duration retention;
  private final Clock clock;
  private final Counter failures;

  Learning(
      Transactions transactions,
      SampleStore samples,
      RuleStore rules,
      OutcomeStore outcomes,
      PromptTopics topics,
      Promotions promotions,
      LearningSettings settings,
      Clock clock,
      Meters meters) {
    this.transactions = transactions;
    this.turn = new Turn(transactions, "learning", LONGEST_TURN);
    this.samples = samples;
    this.rules = rules;
    this.outcomes = outcomes;
    this.topics = topics;
    this.promotions = promotions;
    this.retention = settings.retention();
    this.clock = clock;
    this.failures = meters.counter(AdmissionCatalogue.PROMPT_FAILURES);
  }

  @Scheduled(
      initialDelay = "${kintsugi.learning.look-every:5s}",
      fixedDelay = "${kintsugi.learning.look-every:5s}")
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
      Instant now = clock.instant();
      int removed = samples.prune(now.minus(retention));
      int retired = rules.prune(now.minus(retention));
      int forgotten = topics.prune(now.minus(retention));
      outcomes.prune(now.minus(Grain.MINUTES_UP_TO).minus(SPARE), now.minus(KEPT));
      LOG.debug("Removed {} samples, {} rules and {} topics by age", removed, retired, forgotten);
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old samples will be removed later: {}", away.getMessage());
    }
  }

  /**
   * Takes in jobs that ended, unless another replica is at it; returns how many. A replica that
   * starts or ends leaves them to who can embed them: a sample is taken once, with its meaning or
   * without.
   */
  int learn() {
    if (topics.away()) {
      return 0;
    }
    if (samples.fresh(clock.instant(), 1).isEmpty()) {
      together(List.of());
      return 0;
    }
    return turn.take(this::learnFresh).orElse(0);
  }

  private int learnFresh() {
    List<Ended> fresh =
        samples.fresh(clock.instant(), AT_ONCE).stream()
            .map(job -> topics.direction(job.prompt()).map(job::with).orElse(job))
            .toList();
    if (topics.away()) {
      return 0;
    }
    Optional<List<Ended>> taken = taken(fresh);
    failures.inc(
        taken.orElse(List.of()).stream().filter(job -> Boolean.TRUE.equals(job.failed())).count());
    return taken.isPresent() ? fresh.size() : 0;
  }

  private Optional<List<Ended>> taken(List<Ended> fresh) {
    try {
      return together(fresh);
    } catch (DatabaseException refused) {
      if (together(List.of()).isEmpty()) {
        return Optional.empty();
      }
      LOG.warn("{} jobs are taken in one by one", fresh.size(), refused);
      return Optional.of(fresh.stream().flatMap(job -> alone(job).stream()).toList());
    }
  }

  /** All or none; empty while another replica has the turn. */
  private Optional<List<Ended>> together(List<Ended> fresh) {
    return transactions.durably(
        c -> Sql.tryLock(c, TURN) ? Optional.of(learn(c, fresh)) : Optional.empty());
  }

  /** One that cannot be kept as it is says nothing, and keeps no other from being learnt. */
  private List<Ended> alone(Ended job) {
    try {
      return together(List.of(job)).orElse(List.of());
    } catch (DatabaseException refused) {
      LOG.error("Nothing is learnt from job {}: it cannot be kept", job.job(), refused);
      return together(List.of(job.mute())).orElse(List.of());
    }
  }

  /**
   * What a rule becomes.
   *
   * @param changes steps of its life, none where only what was seen of it is more
   */
  private record Learnt(StoredRule before, StoredRule after, List<Change> changes) {
    boolean differs() {
      return !after.equals(before);
    }
  }

  private List<Ended> learn(Connection c, List<Ended> fresh) throws SQLException {
    Instant now = clock.instant();
    List<Ended> taken = SampleStore.take(c, fresh);
    Function<String, LifecyclePolicy> policies = promotions.lifecycles(c);
    List<StoredRule> active = RuleStore.active(c);
    Collection<StoredTopic> known = topics.among(c, StoredRule.topics(active)).values();
    List<Ended> ended = taken.stream().map(job -> job.with(known)).toList();
    Function<StoredRule, Learnt> learnt =
        rule -> learnt(rule, ended, policies.apply(rule.service()), now);
    List<StoredRule> locked =
        RuleStore.lockActive(
            c, active.stream().map(learnt).filter(Learnt::differs).map(Learnt::before).toList());
    OutcomeStore.add(c, outcomes(active, ended));
    for (StoredRule rule : locked) {
      keep(c, learnt.apply(rule));
    }
    return ended;
  }

  private static Learnt learnt(
      StoredRule rule, List<Ended> ended, LifecyclePolicy policy, Instant now) {
    StoredRule after = seen(rule, ended, policy);
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
    return new Learnt(rule, after.with(state, after.lastSeen()), changes);
  }

  private static void keep(Connection c, Learnt learnt) throws SQLException {
    if (learnt.differs()) {
      StoredRule rule = learnt.after();
      RuleStore.set(c, rule);
      for (Change change : learnt.changes()) {
        RuleStore.log(c, rule.id(), change);
        LOG.info(
            "Rule {} of {} is {}: {}", rule.name(), rule.service(), change.to(), change.reason());
      }
    }
  }

  /** Only prompts that came in the present stage are evidence in it, and each of them once. */
  private static StoredRule seen(StoredRule rule, List<Ended> ended, LifecyclePolicy policy) {
    StoredRule after = rule;
    for (Ended job : ended) {
      if (job.failed() != null && cameIn(rule, job) && rule.matches(job.features())) {
        RuleState seen =
            job.firstSince(rule.state().since())
                ? RuleLifecycle.seen(after.state(), job.failed(), policy)
                : after.state();
        after = after.with(seen, job.endedAt());
      }
    }
    return after;
  }

  /** How jobs ended, by the rule that decided of them when they came. */
  private static Map<Key, Sums> outcomes(List<StoredRule> rules, List<Ended> ended) {
    List<StoredRule> acting = rules.stream().filter(Deciding::acts).toList();
    Map<Key, Sums> sums = new HashMap<>();
    for (Ended job : ended) {
      Boolean failed = job.failed();
      if (failed != null) {
        Optional<StoredRule> rule =
            Deciding.of(acting.stream().filter(one -> cameIn(one, job)).toList(), job.features());
        Sums one = new Sums(0, failed ? 1 : 0, failed ? 0 : 1);
        Key.of(
                job.service(),
                job.endedAt(),
                rule.map(StoredRule::id).orElse(OutcomeStore.NO_RULE),
                rule.map(known -> known.state().stage()).orElse(RuleStage.CANDIDATE))
            .forEach(key -> sums.merge(key, one, Sums::plus));
      }
    }
    return sums;
  }

  private static boolean cameIn(StoredRule rule, Ended job) {
    return job.service().equals(rule.service()) && !job.createdAt().isBefore(rule.state().since());
  }
}
