package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.policies.PolicySet;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.policies.StoredPolicy;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.MiningPolicy;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Promotion;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
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
    return lifecycle(own(service));
  }

  /**
   * By service, as the transaction of the connection sees policies: what moves a rule for all
   * replicas must not be by what one of them has not read yet.
   */
  Function<String, LifecyclePolicy> lifecycles(Connection c) throws SQLException {
    PolicySet stored = policies.stored(c);
    return service -> lifecycle(promotion(stored.of(service)));
  }

  private LifecyclePolicy lifecycle(Promotion own) {
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
    return promotion(policies.of(service));
  }

  private static Promotion promotion(Optional<StoredPolicy> policy) {
    return policy.map(one -> one.pushed().promotion()).orElse(Promotion.USUAL);
  }

  private static double or(@Nullable Double own, double usual) {
    return Objects.requireNonNullElse(own, usual);
  }
}
