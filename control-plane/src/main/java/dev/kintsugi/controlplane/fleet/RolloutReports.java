package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.util.Optional;

/** What the jobs of a rollout say, for whoever answers operators. */
public interface RolloutReports {

  /** Of the rollout that the service's state names; empty where it names none. */
  Optional<RolloutEvidence> of(RegisteredService service);
}
