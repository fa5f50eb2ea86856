package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.FreezeWindow;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;

/** Holds the rollouts of a service while one of its freeze windows is open. */
@Singleton
final class FreezeHold implements RolloutHolds {

  @Override
  public List<Hold> holds(RegisteredService service, Instant now) {
    List<ServiceState.Freeze> freezes = service.state().freezes();
    return freezes != null && freezes.stream().map(FreezeWindow::of).anyMatch(w -> w.open(now))
        ? List.of(Hold.FREEZE_WINDOW)
        : List.of();
  }
}
