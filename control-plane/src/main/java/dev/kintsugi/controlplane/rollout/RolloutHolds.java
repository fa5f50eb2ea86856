package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.core.rollout.Hold;
import java.time.Instant;
import java.util.List;

/**
 * A reason why rollouts wait. Every bean of this type is asked before each verdict; one that fails
 * holds the rollout as if evidence were missing. None of them stops a rollback.
 */
public interface RolloutHolds {

  /** What holds the service's rollout now; empty when nothing does. */
  List<Hold> holds(RegisteredService service, Instant now);
}
