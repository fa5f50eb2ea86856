package dev.kintsugi.node.watch;

import dev.kintsugi.core.watch.MemoryTrend;
import dev.kintsugi.core.watch.PromptDrift;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * What is watched over many jobs, under {@code kintsugi.node.watch}; each has an environment
 * variable such as {@code KINTSUGI_NODE_WATCH_LEAK_HORIZON_JOBS}.
 *
 * @param leakHorizonJobs a leak that needs more jobs than this to the limit is not told of yet
 * @param leakWarmUpJobs first jobs of a process that are left out: caches fill and code is compiled
 * @param driftLearn prompts from which the usual is learned; as many again teach the limits
 * @param driftMemory prompts the usual remembers: after about as many, drift that stays is the
 *     usual
 * @param driftSigmas standard deviations above the usual that are drift
 */
@ConfigurationProperties("kintsugi.node.watch")
record TrendSettings(
    @Bindable(defaultValue = "500") int leakHorizonJobs,
    @Bindable(defaultValue = "10") int leakWarmUpJobs,
    @Bindable(defaultValue = "200") int driftLearn,
    @Bindable(defaultValue = "5000") int driftMemory,
    @Bindable(defaultValue = "6") double driftSigmas) {
  private static final int MIN_JOBS = 8;

  TrendSettings {
    Setting.between("leak-horizon-jobs", leakHorizonJobs, 1, 1_000_000);
    Setting.between("leak-warm-up-jobs", leakWarmUpJobs, 0, 10_000);
    Setting.between("drift-learn", driftLearn, 20, 100_000);
    Setting.between("drift-memory", driftMemory, driftLearn, 10_000_000);
    Setting.between("drift-sigmas", driftSigmas, 2, 100);
  }

  MemoryTrend.Policy leak() {
    return new MemoryTrend.Policy(MIN_JOBS, leakHorizonJobs);
  }

  PromptDrift.Policy drift() {
    return new PromptDrift.Policy(driftLearn, driftMemory, driftSigmas);
  }
}
