package dev.kintsugi.controlplane.learning;

import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.MiningPolicy;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings under {@code kintsugi.learning}.
 *
 * @param mineEvery how often rules are looked for
 * @param samples jobs of a service that rules are looked for in: its newest failures, at most a
 *     third of them, and of the other jobs since then as many as there is room for
 * @param retention of samples
 * @param leastPrecision share of a rule's prompts that must fail before it stops any, 0.2 to 0.95
 * @param canaryShare of its prompts that a canary stops, 0.05 to 0.95
 * @param exploreShare of its prompts that an enforced rule lets through to see whether it is still
 *     true, 0.01 to 0.5
 */
@ConfigurationProperties("kintsugi.learning")
public record LearningSettings(
    @Bindable(defaultValue = "10m") Duration mineEvery,
    @Bindable(defaultValue = "50000") int samples,
    @Bindable(defaultValue = "90d") Duration retention,
    @Bindable(defaultValue = "0.5") double leastPrecision,
    @Bindable(defaultValue = "0.5") double canaryShare,
    @Bindable(defaultValue = "0.05") double exploreShare) {

  public LearningSettings {
    require("samples", samples, 100, 1_000_000);
    require("least-precision", leastPrecision, 0.2, 0.95);
    require("canary-share", canaryShare, 0.05, 0.95);
    require("explore-share", exploreShare, 0.01, 0.5);
  }

  private static void require(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "kintsugi.learning.%s must be %s to %s, but is %s".formatted(name, least, most, value));
    }
  }

  MiningPolicy mining() {
    MiningPolicy usual = MiningPolicy.DEFAULT;
    return new MiningPolicy(
        usual.leastSupport(),
        leastPrecision,
        usual.falseDiscovery(),
        usual.leastStratified(),
        usual.mostRules());
  }

  LifecyclePolicy lifecycle() {
    LifecyclePolicy usual = LifecyclePolicy.DEFAULT;
    return new LifecyclePolicy(
        usual.alpha(),
        leastPrecision,
        usual.falsePrecision(),
        canaryShare,
        exploreShare,
        usual.unseen(),
        usual.manual());
  }
}
