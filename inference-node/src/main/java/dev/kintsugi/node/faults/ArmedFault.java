package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan;
import dev.kintsugi.core.node.FaultPlan.Armed;
import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.core.node.FaultPlan.Decision;
import dev.kintsugi.core.node.FaultPlan.Progress;
import dev.kintsugi.core.node.FaultPlan.Reason;
import dev.kintsugi.core.node.FaultTarget;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.protocol.node.FaultSpec;
import dev.kintsugi.protocol.node.FaultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One fault from the moment it is asked for to its end. Thread-safe. */
final class ArmedFault {
  private final String id;
  private final FaultSpec spec;
  private final Armed plan;
  private final FaultTarget target;
  private final Instant startedAt;
  private final CountDownLatch over = new CountDownLatch(1);
  private int acted;
  private int chances;
  private int underWay;
  private @Nullable String effect;
  private @Nullable Instant endedAt;

  /**
   * @param spec with everything filled in
   */
  ArmedFault(String id, FaultSpec spec, Armed plan, Instant startedAt) {
    this.id = id;
    this.spec = spec;
    this.plan = plan;
    this.startedAt = startedAt;
    this.target = FaultTarget.of(spec.promptMatches(), spec.minPixels());
  }

  String id() {
    return id;
  }

  FaultSpec spec() {
    return spec;
  }

  /** Whether it is meant for an attempt that generates this. */
  boolean concerns(GenerationRequest made) {
    return target.hit(made.prompt(), (long) made.width() * made.height() * made.numFrames());
  }

  /** Whether it is meant for some attempts only. */
  boolean choosy() {
    return spec.promptMatches() != null || spec.minPixels() != null;
  }

  /** Takes a chance or lets it pass; what it does is under way until {@link #settle}. */
  synchronized Decision meet(Chance chance, Instant now) {
    if (endedAt != null) {
      return new Decision.Pass(Reason.EXPIRED);
    }
    Decision decision = FaultPlan.decide(plan, progress(), chance, now);
    switch (decision) {
      case Decision.Act act -> {
        acted++;
        chances++;
        underWay++;
      }
      case Decision.Miss miss -> chances++;
      case Decision.Pass pass -> {}
    }
    return decision;
  }

  /** One act has no effect any more. */
  synchronized void settle() {
    underWay--;
  }

  /** Notes what it did, one sentence. */
  synchronized void did(String what) {
    effect = what;
  }

  /** Ends it if it is over; empty when it is not, or had ended before. */
  synchronized Optional<Reason> endIfOver(Instant now) {
    if (endedAt != null) {
      return Optional.empty();
    }
    Optional<Reason> reason = FaultPlan.over(plan, progress(), now);
    reason.ifPresent(r -> end(now));
    return reason;
  }

  /** Ends it; false when it had ended before. */
  synchronized boolean end(Instant now) {
    if (endedAt != null) {
      return false;
    }
    endedAt = now;
    over.countDown();
    return true;
  }

  synchronized boolean ended() {
    return endedAt != null;
  }

  /** Blocks until it has ended, but not longer than asked. */
  void awaitEnd(Duration atMost) {
    try {
      if (!over.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized FaultStatus status() {
    return new FaultStatus(id, spec, acted, effect, startedAt, plan.endsAt(), endedAt);
  }

  private Progress progress() {
    return new Progress(acted, chances, underWay);
  }
}
