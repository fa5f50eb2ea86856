package dev.kintsugi.controlplane.policies;

import dev.kintsugi.core.screening.PolicyChoice;
import dev.kintsugi.core.screening.PolicyChoice.Claim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The policies that there are at one time. */
public final class PolicySet {

  private final List<StoredPolicy> all;
  private final Map<Claim, StoredPolicy> byClaim;

  /** By service, filled as services are asked for. */
  private final Map<String, Optional<StoredPolicy>> chosen = new ConcurrentHashMap<>();

  PolicySet(List<StoredPolicy> all) {
    this.all = List.copyOf(all);
    this.byClaim = all.stream().collect(Collectors.toMap(StoredPolicy::claim, Function.identity()));
  }

  /** Every policy, in force or not. */
  public List<StoredPolicy> all() {
    return all;
  }

  /**
   * The policy of a service.
   *
   * @param service {@code namespace/name}
   */
  public Optional<StoredPolicy> of(String service) {
    return chosen.computeIfAbsent(
        service, asked -> PolicyChoice.of(asked, byClaim.keySet()).map(byClaim::get));
  }

  /** Whether a service is governed by this policy. */
  public boolean governs(StoredPolicy policy, String service) {
    return of(service).filter(one -> one.key().equals(policy.key())).isPresent();
  }

  /** The older policy that is in force in its place; empty when this one is. */
  Optional<String> before(StoredPolicy policy) {
    return PolicyChoice.before(policy.claim(), byClaim.keySet()).map(Claim::name);
  }
}
