package dev.kintsugi.controlplane.policies;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies in force, from memory: a submission never waits for them, and what was last known
 * holds while operators or the database are away.
 */
@Singleton
@Requires(notEnv = "command")
public class PromptPolicies {

  private static final Logger LOG = LoggerFactory.getLogger(PromptPolicies.class);

  private final PolicyStore store;
  private final PromptTopics topics;
  private final Clock clock;
  private volatile PolicySet known = new PolicySet(List.of());

  PromptPolicies(PolicyStore store, PromptTopics topics, Clock clock) {
    this.store = store;
    this.topics = topics;
    this.clock = clock;
  }

  /**
   * The policy of a service.
   *
   * @param service {@code namespace/name}
   */
  public Optional<StoredPolicy> of(String service) {
    return known.of(service);
  }

  /** Every policy, in force or not. */
  public List<StoredPolicy> all() {
    return known.all();
  }

  /** All of them, as known here: up to a second old, or none before the first was read. */
  public PolicySet known() {
    return known;
  }

  /** All of them, as the transaction of the connection sees them. */
  public PolicySet stored(Connection c) throws SQLException {
    return new PolicySet(store.all(c));
  }

  /** The older policy that is in force in its place; empty when this one is. */
  public Optional<String> before(StoredPolicy policy) {
    return known.before(policy);
  }

  /** Whether a service is governed by this policy. */
  public boolean governs(StoredPolicy policy, String service) {
    return known.governs(policy, service);
  }

  /**
   * @throws ApiException {@code not_found}
   */
  public StoredPolicy require(String namespace, String name) {
    return all().stream()
        .filter(one -> one.namespace().equals(namespace) && one.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no policy " + namespace + "/" + name + "."));
  }

  /**
   * Puts a policy in force; repeating a push changes nothing.
   *
   * @throws ApiException {@code invalid_value} with every problem, or {@code stale_generation}
   */
  public void put(String namespace, String name, PromptPolicyState pushed) {
    String service = pushed.service();
    List<String> problems =
        PolicyRules.problems(
            namespace,
            name,
            pushed,
            topic -> service != null && topics.has(namespace + "/" + service, topic));
    if (!problems.isEmpty()) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "The policy is not valid: " + String.join("; ", problems));
    }
    PolicyStore.Push push = store.put(namespace, name, pushed, clock.instant());
    if (push.acceptance() == Acceptance.STALE) {
      throw ApiException.of(ErrorCode.STALE_GENERATION, stale(pushed, push.kept()));
    }
    read();
  }

  /** Forgets a policy; repeating it changes nothing. */
  public void delete(String namespace, String name, @Nullable String uid) {
    store.delete(namespace, name, uid, clock.instant());
    read();
  }

  @Scheduled(fixedDelay = "${kintsugi.screening.policies-every:1s}")
  void refresh() {
    try {
      read();
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Policies are as they were: {}", away.getMessage());
    }
  }

  private synchronized void read() {
    List<StoredPolicy> now = store.all();
    if (!now.equals(known.all())) {
      known = new PolicySet(now);
    }
  }

  private static String stale(PromptPolicyState pushed, FleetVersion kept) {
    return "uid %s generation %d is not newer than uid %s generation %d, or the policy was deleted."
        .formatted(pushed.uid(), pushed.generation(), kept.uid(), kept.generation());
  }
}
