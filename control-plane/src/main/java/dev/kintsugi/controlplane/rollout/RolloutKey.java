package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.Optional;

/**
 * One try of a rollout.
 *
 * @param service {@code namespace/name}
 * @param rollout name of the ModelRollout
 * @param startedAt as pushed: with another one the same rollout is tried anew
 */
record RolloutKey(String service, String rollout, String startedAt) {

  /** The try that the service's state names. */
  static Optional<RolloutKey> of(RegisteredService service) {
    ServiceState.Rollout rollout = service.state().rollout();
    return Optional.ofNullable(rollout)
        .map(r -> new RolloutKey(service.key(), r.name(), r.startedAt()));
  }

  /** The service's state names this try. */
  boolean isOf(RegisteredService service) {
    return of(service).filter(this::equals).isPresent();
  }
}
