package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a push came to.
 *
 * @param running attempts by node name, as last read
 * @param runningWhileDraining attempts by node name, only of nodes that the control plane has
 *     confirmed as draining
 * @param rollout what the control plane says of the rollout that was pushed; null for nothing
 * @param failingProbes why a node fails its probes, by its name, in one sentence
 * @param notReady why a node takes no jobs, by its name, in one sentence of its own
 * @param next when to push again at the latest
 */
public record FleetReport(
    FleetSync sync,
    Map<String, Integer> running,
    Map<String, Integer> runningWhileDraining,
    @Nullable RolloutReport rollout,
    Map<String, String> failingProbes,
    Map<String, String> notReady,
    Instant next) {

  public FleetReport {
    running = Map.copyOf(running);
    runningWhileDraining = Map.copyOf(runningWhileDraining);
    failingProbes = Map.copyOf(failingProbes);
    notReady = Map.copyOf(notReady);
  }

  /** The control plane has what it was told last. */
  public boolean heard() {
    return sync.status() == FleetSync.Status.SYNCED;
  }

  /**
   * @param step that was under way when it was judged; -1 while it may still be of the step before
   */
  public record RolloutReport(RolloutEvidence evidence, int step) {}
}
