package dev.kintsugi.node.attempts;

import jakarta.inject.Singleton;
import java.time.Duration;

/** Counts who reads the events of attempts, so that a stop can let them read the last one. */
@Singleton
public final class Followers {
  private int count;

  public synchronized void begin() {
    count++;
  }

  public synchronized void end() {
    count--;
    notifyAll();
  }

  /** Waits until nobody reads any more; false when somebody still does. */
  synchronized boolean awaitNone(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    for (long left = atMost.toMillis(); count > 0 && left > 0; ) {
      wait(left);
      left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    }
    return count == 0;
  }
}
