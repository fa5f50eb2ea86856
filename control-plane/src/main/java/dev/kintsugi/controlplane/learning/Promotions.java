package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.MiningPolicy;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Promotion;
import jakarta.inject.Singleton;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How rules of a service move on: by its policy, or else by the settings. */
@Singleton
class Promotions {

  private final LearningSettings settings;
  private final PromptPolicies policies;

  Promotions(LearningSettings settings, PromptPolicies policies) {
    this.settings = settings;
    this.policies = policies;
  }

  LifecyclePolicy lifecycle(String service) {
    Promotion own = own(service);
    LifecyclePolicy usual = settings.lifecycle();
    return new LifecyclePolicy(
        usual.alpha(),
        or(own.leastPrecision(), usual.leastPrecision()),
        usual.falsePrecision(),
        or(own.canaryShare(), usual.canaryShare()),
        or(own.exploreShare(), usual.exploreShare()),
        usual.unseen(),
        own.manual());
  }

  MiningPolicy mining(String service) {
    MiningPolicy usual = settings.mining();
    return new MiningPolicy(
        usual.leastSupport(),
        or(own(service).leastPrecision(), usual.leastPrecision()),
        usual.falseDiscovery(),
        usual.leastStratified(),
        usual.mostRules());
  }

  private Promotion own(String service) {
    return policies.of(service).map(policy -> policy.pushed().promotion()).orElse(Promotion.USUAL);
  }

  private static double or(@Nullable Double own, double usual) {
    return Objects.requireNonNullElse(own, usual);
  }
}
