package dev.kintsugi.node.attempts;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Encodes away from the engine thread, one clip after the other, so that the next attempt can
 * denoise meanwhile. At most two clips wait or encode: a slower encoder holds the engine back
 * instead of filling the disk.
 */
@Singleton
final class Encoding {
  private static final int MAX_CLIPS = 2;

  private final Semaphore places = new Semaphore(MAX_CLIPS);
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("encoder").daemon().factory());

  /** Blocks while too many clips wait. */
  void submit(Runnable encode) {
    places.acquireUninterruptibly();
    worker.execute(
        () -> {
          try {
            encode.run();
          } finally {
            places.release();
          }
        });
  }

  @PreDestroy
  void stop() {
    worker.shutdownNow();
  }
}
