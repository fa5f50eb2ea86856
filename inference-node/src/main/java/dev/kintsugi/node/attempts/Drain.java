package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.DrainDecision;
import dev.kintsugi.core.node.DrainDecision.Decision;
import dev.kintsugi.core.node.DrainDecision.Load;
import dev.kintsugi.core.node.DrainDecision.Policy;
import dev.kintsugi.node.NodeSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the node to a stop within its grace period, losing nothing that can be saved. */
@Singleton
public final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration HAND_BACK_BEFORE = Duration.ofSeconds(3);
  private static final Duration SETTLE = Duration.ofSeconds(3);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final AttemptService attempts;
  private final Followers followers;
  private final Duration grace;
  private final Clock clock;

  Drain(AttemptService attempts, Followers followers, NodeSettings settings, Clock clock) {
    this.attempts = attempts;
    this.followers = followers;
    this.grace = settings.grace();
    this.clock = clock;
  }

  /** Blocks until the process may end. */
  public void run() throws InterruptedException {
    attempts.drain();
    Duration handBackBefore =
        HAND_BACK_BEFORE.compareTo(grace.dividedBy(2)) < 0 ? HAND_BACK_BEFORE : grace.dividedBy(2);
    Policy policy = new Policy(clock.instant(), grace, handBackBefore);
    boolean handedBack = false;
    while (true) {
      Load load = new Load(attempts.running().size(), attempts.unfetched(SETTLE));
      switch (DrainDecision.decide(load, policy, clock.instant())) {
        case Decision.Exit(DrainDecision.Reason reason) -> {
          if (handedBack) {
            letTheLastEventBeRead(handBackBefore.multipliedBy(2).dividedBy(3));
          }
          LOG.info("drained ({})", reason);
          return;
        }
        case Decision.HandBack(int running) -> {
          LOG.warn("the grace period ends: handing back {} attempt(s)", running);
          attempts.handBack();
          handedBack = true;
        }
        case Decision.Wait(Duration atMost) ->
            Thread.sleep(atMost.compareTo(LOOK_AGAIN) < 0 ? atMost : LOOK_AGAIN);
      }
    }
  }

  private void letTheLastEventBeRead(Duration atMost) throws InterruptedException {
    if (!followers.awaitNone(atMost)) {
      LOG.warn("somebody has not read the last event of an attempt that was handed back");
    }
    // What was written for them has yet to leave this process.
    Thread.sleep(LOOK_AGAIN.multipliedBy(5));
  }
}
