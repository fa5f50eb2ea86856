package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Completion;
import dev.kintsugi.controlplane.queue.Failing;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.StaleReason;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the queue and the node how an attempt ended. */
@Singleton
class AttemptConclusion {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptConclusion.class);

  private final AttemptTools tools;

  AttemptConclusion(AttemptTools tools) {
    this.tools = tools;
  }

  void complete(Claim claim, FleetNode node, Result result, @Nullable Failed mended)
      throws InterruptedException {
    Completion answer =
        tools
            .queue()
            .await(
                queue ->
                    queue.complete(
                        claim.attemptId(), claim.fence(), result, tools.clock().instant()));
    switch (answer) {
      case Completion.Completed completed -> {
        ended(claim, Attempt.COMPLETED);
        tools.recoverer().succeeded(claim, tools.clock().instant());
        if (!result.delivered().degraded()) {
          tools.roster().proved(node);
        }
        note(completed.job(), claim, result, mended);
        LOG.info("Completed {} with {}", claim.job().id(), claim.attemptId());
        tools.nodes().tryDelete(node.address(), claim.attemptId());
      }
      case Completion.AlreadyCompleted already ->
          tools.nodes().tryDelete(node.address(), claim.attemptId());
      case Completion.Stale(var reason) -> {
        tools.metrics().stale("complete");
        lost(claim, node, reason);
      }
    }
  }

  private void note(Job completed, Claim claim, Result result, @Nullable Failed mended)
      throws InterruptedException {
    if (mended != null) {
      tools.cases().mended(completed, claim.attempt(), mended);
    }
    if (result.delivered().reason() == null) {
      return;
    }
    List<Attempt> attempts = tools.queue().await(queue -> queue.attempts(completed.id()));
    Plan ran = Situations.plan(completed, completed.plan());
    tools.cases().made(completed, claim.attempt(), ran, result.delivered(), attempts);
  }

  void fail(Claim claim, FleetNode node, Failed failure) throws InterruptedException {
    Instant now = tools.clock().instant();
    FailureClass kind = failure.kind();
    boolean leftBehind = tools.roster().node(node.nodeId()).map(FleetNode::stopsAt).isPresent();
    if (kind == FailureClass.STALLED || kind == FailureClass.TIMEOUT || leftBehind) {
      tools.nodes().tryCancel(node.address(), claim.attemptId());
    }
    if (kind == FailureClass.NODE_LOST) {
      // The job must not be given to it again before it is heard of.
      tools.roster().doubt(node.nodeId(), now);
    }
    end(claim, node, failure, tools.recoverer().failed(claim.job(), claim.attempt(), failure, now));
    if (kind != FailureClass.NODE_LOST) {
      tools.nodes().tryDelete(node.address(), claim.attemptId());
    }
  }

  /** An attempt that no node was asked for, because nothing would have been done in time. */
  void notBegun(Claim claim, FleetNode node, Recoverer.Step step) throws InterruptedException {
    end(
        claim,
        node,
        new Failed(FailureClass.TIMEOUT, "not begun: too little time was left before the deadline"),
        step);
  }

  private void end(Claim claim, FleetNode node, Failed failed, Recoverer.Step step)
      throws InterruptedException {
    FailureClass kind = failed.kind();
    AttemptFailure failure = new AttemptFailure(kind, failed.message(), step.blame().name());
    Failing answer =
        tools
            .queue()
            .await(
                queue ->
                    queue.fail(
                        claim.attemptId(),
                        claim.fence(),
                        failure,
                        step.next(),
                        tools.clock().instant()));
    if (answer instanceof Failing.Stale(var reason)) {
      tools.metrics().stale("fail");
      lost(claim, node, reason);
      return;
    }
    ended(claim, kind.name());
    tools.cases().failed(claim.job(), claim.attempt(), step.ran(), failed, step);
    LOG.warn(
        "{} failed on {}: {} ({}), blamed on {}; {}",
        id(claim),
        node.nodeId(),
        kind,
        failed.message(),
        step.blame(),
        Recoverer.told(step.decision()));
  }

  /** An adopted attempt goes on at its node; any other is stopped there. */
  void lost(Claim claim, FleetNode node, StaleReason reason) throws InterruptedException {
    LOG.info("{} is not ours any more: {}", id(claim), reason);
    if (reason == StaleReason.ADOPTED) {
      return;
    }
    tools.nodes().tryCancel(node.address(), claim.attemptId());
    tools.nodes().tryDelete(node.address(), claim.attemptId());
    List<Attempt> attempts = tools.queue().await(queue -> queue.attempts(claim.job().id()));
    boolean cancelled =
        attempts.stream()
            .filter(attempt -> attempt.id().equals(claim.attemptId()))
            .anyMatch(attempt -> FailureClass.CANCELLED.name().equals(attempt.outcome()));
    if (cancelled) {
      ended(claim, FailureClass.CANCELLED.name());
    }
  }

  void handOver(Claim claim) {
    tools
        .queue()
        .ask(queue -> queue.release(claim.attemptId(), claim.fence(), tools.clock().instant()));
    LOG.info("Handed {} over", id(claim));
  }

  private void ended(Claim claim, String outcome) {
    tools.metrics().attemptEnded(claim.job(), claim.attempt(), outcome, tools.clock().instant());
  }

  private static String id(Claim claim) {
    return claim.attemptId() + " of " + claim.job().id();
  }
}
