package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.RegisteredService;
import java.util.Optional;

/** What dispatch must know of rollouts. */
public interface CanaryGate {

  /** The revision that gets no job, whatever its weight is. From memory, without waiting. */
  Optional<String> cut(RegisteredService service);

  /** An attempt ended on a revision of a service. */
  void attemptEnded(String service, String revision);
}
