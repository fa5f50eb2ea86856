package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.queue.WaitingListener;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the claim loop: a job waits, or a slot became free. Rings before it is heard merge. */
@Singleton
class DispatchBell implements WaitingListener {

  private final Semaphore rung = new Semaphore(0);
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  @Override
  public void waiting(String service) {
    waiting.add(service);
    ring();
  }

  /** True when a job of the service was heard to wait since this was last asked. */
  boolean heardWaiting(String service) {
    return waiting.remove(service);
  }

  void ring() {
    rung.release();
  }

  /**
   * @return true when it rang within the time
   */
  boolean await(Duration atMost) throws InterruptedException {
    boolean heard = rung.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
    rung.drainPermits();
    return heard;
  }
}
