package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import java.time.Instant;
import java.util.Map;

/**
 * What a push came to.
 *
 * @param runningWhileDraining attempts by node name, only of nodes that the control plane has
 *     confirmed as draining
 * @param next when to push again at the latest
 */
public record FleetReport(FleetSync sync, Map<String, Integer> runningWhileDraining, Instant next) {

  public FleetReport {
    runningWhileDraining = Map.copyOf(runningWhileDraining);
  }
}
