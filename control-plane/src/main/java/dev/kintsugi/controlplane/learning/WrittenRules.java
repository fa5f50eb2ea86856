package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.FleetServices;
import dev.kintsugi.controlplane.learning.WrittenSteps.Entry;
import dev.kintsugi.controlplane.learning.WrittenSteps.Step;
import dev.kintsugi.controlplane.policies.PolicySet;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.policies.StoredPolicy;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the rules that people wrote into policies so. */
@Singleton
@Requires(notEnv = "command")
public class WrittenRules {

  private static final Logger LOG = LoggerFactory.getLogger(WrittenRules.class);

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x7772697474656e73L;

  private final RuleStore store;
  private final Transactions transactions;
  private final PromptPolicies policies;
  private final FleetServices services;
  private final LearnedRules learned;
  private final Clock clock;

  WrittenRules(
      RuleStore store,
      Transactions transactions,
      PromptPolicies policies,
      FleetServices services,
      LearnedRules learned,
      Clock clock) {
    this.store = store;
    this.transactions = transactions;
    this.policies = policies;
    this.services = services;
    this.learned = learned;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "2s", fixedDelay = "${kintsugi.learning.refresh-every:1s}")
  void keep() {
    try {
      apply();
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Rules of policies are made later: {}", away.getMessage());
    }
  }

  /** Makes them so now; nothing is written when they are. */
  public void apply() {
    List<Entry> expected = wanted(policies.known(), services.known());
    if (WrittenSteps.of(expected, store.all()).isEmpty()) {
      return;
    }
    List<Step> done = transactions.durably(this::apply);
    done.forEach(
        step ->
            LOG.info(
                "Rule {} of {}: {}",
                String.join(" & ", step.features()),
                step.service(),
                step.reason()));
    learned.refresh();
  }

  /**
   * What this replica remembers may be older than what another one made of it, so both policies and
   * services are read once more, after whoever had the turn before is through.
   */
  private List<Step> apply(Connection c) throws SQLException {
    Sql.lock(c, TURN);
    List<Entry> wanted = wanted(policies.stored(c), services.stored(c));
    List<Step> steps = WrittenSteps.of(wanted, RuleStore.lockAll(c));
    for (Step step : steps) {
      RuleStore.apply(c, step, clock.instant());
    }
    return steps;
  }

  private static List<Entry> wanted(PolicySet policies, List<String> services) {
    List<Entry> wanted = new ArrayList<>();
    for (StoredPolicy policy : policies.all()) {
      services(policy, services)
          .filter(service -> policies.governs(policy, service))
          .forEach(
              service ->
                  policy
                      .pushed()
                      .rules()
                      .forEach(rule -> wanted.add(Entry.of(policy.key(), service, rule))));
    }
    return wanted;
  }

  /** A service that a policy names may come later; the others are those that are there. */
  private static Stream<String> services(StoredPolicy policy, List<String> services) {
    String service = policy.pushed().service();
    return service != null ? Stream.of(policy.namespace() + "/" + service) : services.stream();
  }
}
