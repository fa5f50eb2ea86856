package dev.kintsugi.controlplane.rollout;

import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The verdict loop, from the start of the server to its stop. */
@Singleton
class RolloutWatch implements ApplicationEventListener<ServerStartupEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(RolloutWatch.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final Rollouts rollouts;
  private final RolloutBell bell;
  private final RolloutSettings settings;
  private volatile @Nullable Thread loop;
  private volatile boolean stopping;

  RolloutWatch(Rollouts rollouts, RolloutBell bell, RolloutSettings settings) {
    this.rollouts = rollouts;
    this.bell = bell;
    this.settings = settings;
  }

  @Override
  public void onApplicationEvent(ServerStartupEvent event) {
    start();
  }

  void start() {
    loop = Thread.ofVirtual().name("rollout-watch").start(this::run);
  }

  @PreDestroy
  void stop() throws InterruptedException {
    stopping = true;
    bell.ring();
    Thread running = loop;
    if (running != null) {
      running.join(STOP_WITHIN);
    }
  }

  private void run() {
    try {
      while (!stopping) {
        lookSafely();
        bell.await(settings.interval());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A defect in one look must not end judging for good. */
  private void lookSafely() {
    try {
      rollouts.look();
    } catch (RuntimeException e) {
      LOG.error("The rollout watch stumbled over a defect and goes on", e);
    }
  }
}
