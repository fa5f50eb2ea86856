package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.policies.StoredPolicy;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.ScreeningPolicy;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Limits and lists of prompts, by service. */
@Singleton
class Policies {

  private final PromptPolicies policies;
  private final Lexicon everywhere;
  private final ConcurrentHashMap<String, Ready> ready = new ConcurrentHashMap<>();

  /** A policy made ready for use. */
  private record Ready(StoredPolicy made, ScreeningPolicy limits, Lexicon lexicon) {}

  /**
   * @param everywhere lists of all services
   */
  Policies(PromptPolicies policies, Lexicon everywhere) {
    this.policies = policies;
    this.everywhere = everywhere;
  }

  /**
   * @param service {@code namespace/name}
   */
  ScreeningPolicy of(String service) {
    return ready(service).map(Ready::limits).orElse(ScreeningPolicy.DEFAULT);
  }

  /** The lists of all services, and what its policy adds. */
  Lexicon lexicon(String service) {
    return ready(service).map(Ready::lexicon).orElse(everywhere);
  }

  private Optional<Ready> ready(String service) {
    return policies.of(service).map(policy -> ready(service, policy));
  }

  private Ready ready(String service, StoredPolicy policy) {
    Ready before = ready.get(service);
    if (before != null && before.made() == policy) {
      return before;
    }
    Ready made =
        new Ready(
            policy,
            ScreeningPolicy.of(policy.pushed().thresholds()),
            AddedTerms.to(everywhere, policy.pushed().terms()));
    ready.put(service, made);
    return made;
  }
}
