package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.AttemptEnding.Done;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.HandedOver;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Lost;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.controlplane.rollout.CanaryGate;
import dev.kintsugi.core.recovery.Plan;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attempts this replica holds the lease of, one virtual thread each. */
@Singleton
class AttemptRunner {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);

  private final AttemptTools tools;
  private final AttemptConclusion conclusion;
  private final CanaryGate canaries;
  private final DispatchBell bell;
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final Map<String, Instant> ended = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  private record Running(String nodeId, AttemptRun run, Thread thread) {}

  AttemptRunner(
      AttemptTools tools, AttemptConclusion conclusion, CanaryGate canaries, DispatchBell bell) {
    this.tools = tools;
    this.conclusion = conclusion;
    this.canaries = canaries;
    this.bell = bell;
  }

  /**
   * Sees an attempt through in the background.
   *
   * @param adopted the attempt is at its node already
   */
  void start(Claim claim, FleetNode node, boolean adopted) {
    AttemptRun run = new AttemptRun(claim, node, tools);
    Thread thread =
        Thread.ofVirtual().name(claim.attemptId()).unstarted(() -> see(claim, node, run, adopted));
    if (!adopted) {
      tools.metrics().claimed(claim.job(), claim.attempt());
    }
    running.put(claim.attemptId(), new Running(node.nodeId(), run, thread));
    thread.start();
    if (stopping) {
      run.handOver();
    }
  }

  boolean runs(String attemptId) {
    return running.containsKey(attemptId);
  }

  /** Ids of the attempts this replica runs on a node. */
  Set<String> onNode(String nodeId) {
    return running.entrySet().stream()
        .filter(entry -> entry.getValue().nodeId().equals(nodeId))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The attempt ended here after its node was asked last, so the node's word on it is old. */
  boolean endedLately(String attemptId, Instant now) {
    Instant at = ended.get(attemptId);
    return at != null && at.plus(tools.policy().times().statusAge()).isAfter(now);
  }

  /** Hands every attempt over to the other replicas; those that do not end in time are left. */
  void stop(Duration within) throws InterruptedException {
    stopping = true;
    running.values().forEach(each -> each.run().handOver());
    long end = System.nanoTime() + within.toNanos();
    for (Running each : running.values()) {
      each.thread().join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      each.thread().interrupt();
    }
  }

  private void see(Claim claim, FleetNode node, AttemptRun run, boolean adopted) {
    try (JobLog fields = JobLog.of(claim.job(), claim.attempt())) {
      LOG.info(
          "{} {} of {} on {}",
          adopted ? "Adopted" : "Started",
          claim.attemptId(),
          claim.job().id(),
          node.nodeId());
      Optional<Plan> plan = plan(claim, node, adopted);
      if (plan.isEmpty()) {
        return;
      }
      AttemptEnding ending = run.see(plan.get(), adopted);
      switch (ending) {
        case Done(var result, var mended) -> conclusion.complete(claim, node, result, mended);
        case Failed failed -> conclusion.fail(claim, node, failed);
        case Lost(var reason) -> conclusion.lost(claim, node, reason);
        case HandedOver() -> conclusion.handOver(claim);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The lease runs out and the reaper decides; nothing is lost, but someone must hear of it.
      LOG.error("Attempt {} ended by a defect", claim.attemptId(), e);
    } finally {
      Instant now = tools.clock().instant();
      ended.values().removeIf(at -> at.plus(tools.policy().times().statusAge()).isBefore(now));
      ended.put(claim.attemptId(), now);
      running.remove(claim.attemptId());
      canaries.attemptEnded(claim.job().service(), claim.attempt().revision());
      bell.ring();
    }
  }

  /** What the attempt runs; empty when the job is answered without it. */
  private Optional<Plan> plan(Claim claim, FleetNode node, boolean adopted)
      throws InterruptedException {
    Plan kept = Situations.plan(claim.job(), claim.job().plan());
    if (adopted) {
      return Optional.of(kept);
    }
    switch (tools.recoverer().start(claim, node, tools.clock().instant())) {
      case Recoverer.Start.Go(Plan plan) -> {
        if (!plan.equals(kept)) {
          tools.queue().await(queue -> queue.replan(claim.attemptId(), claim.fence(), plan));
        }
        return Optional.of(plan);
      }
      case Recoverer.Start.End(Recoverer.Step step) -> {
        conclusion.notBegun(claim, node, step);
        return Optional.empty();
      }
    }
  }
}
