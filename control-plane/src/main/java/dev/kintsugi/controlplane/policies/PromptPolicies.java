package dev.kintsugi.controlplane.policies;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.core.screening.PolicyChoice;
import dev.kintsugi.core.screening.PolicyChoice.Claim;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
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
  private volatile Known known = Known.of(List.of());

  /**
   * What is known at one time.
   *
   * @param chosen by service, filled as services are asked for
   */
  private record Known(
      List<StoredPolicy> all,
      Map<Claim, StoredPolicy> byClaim,
      Map<String, Optional<StoredPolicy>> chosen) {

    static Known of(List<StoredPolicy> all) {
      return new Known(
          all,
          all.stream().collect(Collectors.toMap(StoredPolicy::claim, Function.identity())),
          new ConcurrentHashMap<>());
    }

    Optional<StoredPolicy> of(String service) {
      return chosen.computeIfAbsent(
          service, asked -> PolicyChoice.of(asked, byClaim.keySet()).map(byClaim::get));
    }
  }

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

  /** The older policy that is in force in its place; empty when this one is. */
  public Optional<String> before(StoredPolicy policy) {
    return PolicyChoice.before(policy.claim(), known.byClaim().keySet()).map(Claim::name);
  }

  /** Whether a service is governed by this policy. */
  public boolean governs(StoredPolicy policy, String service) {
    return of(service).filter(one -> one.key().equals(policy.key())).isPresent();
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
      known = Known.of(now);
    }
  }

  private static String stale(PromptPolicyState pushed, FleetVersion kept) {
    return "uid %s generation %d is not newer than uid %s generation %d, or the policy was deleted."
        .formatted(pushed.uid(), pushed.generation(), kept.uid(), kept.generation());
  }
}
