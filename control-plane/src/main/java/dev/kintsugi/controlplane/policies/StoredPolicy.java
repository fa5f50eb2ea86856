package dev.kintsugi.controlplane.policies;

import dev.kintsugi.core.screening.PolicyChoice.Claim;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import java.time.Instant;

/** A policy as it was pushed. */
public record StoredPolicy(String namespace, String name, PromptPolicyState pushed) {

  /** {@code namespace/name} of the policy. */
  public String key() {
    return namespace + "/" + name;
  }

  Claim claim() {
    return new Claim(namespace, name, pushed.service(), Instant.parse(pushed.createdAt()));
  }
}
