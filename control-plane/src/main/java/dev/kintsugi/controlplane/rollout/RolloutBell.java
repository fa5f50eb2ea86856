package dev.kintsugi.controlplane.rollout;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the verdict loop when an attempt of a canary ends. Rings before it is heard merge. */
@Singleton
final class RolloutBell {

  private final Semaphore rung = new Semaphore(0);

  void ring() {
    rung.release();
  }

  void await(Duration atMost) throws InterruptedException {
    boolean heard = rung.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (heard) {
      rung.drainPermits();
    }
  }
}
