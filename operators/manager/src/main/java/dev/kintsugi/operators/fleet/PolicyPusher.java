package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.operators.fleet.Exchange.Version;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Keeps the control plane's policies for prompts as the resources say. */
@Singleton
public class PolicyPusher {

  private final Exchange<PromptPolicyState, PromptPolicyEvidence> exchange;

  public PolicyPusher(FleetClient client, OperatorMetrics metrics) {
    this.exchange =
        new Exchange<>(
            client,
            metrics,
            new Exchange.Kind<>(
                "prompt-policies/",
                PromptPolicyEvidence.class,
                policy -> new Version(policy.uid(), policy.generation()),
                evidence -> new Version(evidence.uid(), evidence.observedGeneration())));
  }

  /**
   * What an exchange came to.
   *
   * @param evidence null unless synced
   */
  public record Report(FleetSync sync, @Nullable PromptPolicyEvidence evidence) {}

  /**
   * Pushes what the control plane does not have yet, and reads the evidence.
   *
   * @param name {@code namespace/name}
   */
  public Report sync(String name, PromptPolicyState policy) {
    var report = exchange.sync(name, policy);
    return new Report(report.sync(), report.evidence());
  }

  /**
   * Takes the policy out of the control plane.
   *
   * @return whether it is gone
   */
  public boolean remove(String name, String uid) {
    return exchange.remove(name, uid);
  }
}
