package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.dispatch.NodeException.Refused;
import dev.kintsugi.controlplane.dispatch.NodeException.Unreachable;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ExpiredLease;
import dev.kintsugi.controlplane.queue.Failing;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.core.dispatch.LeaseReview;
import dev.kintsugi.core.dispatch.LeaseReview.NodeAnswer;
import dev.kintsugi.core.dispatch.LeaseReview.Verdict;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adopts attempts whose dispatcher is gone while their node still has them, and requeues the rest;
 * answers jobs that waited until their deadline.
 */
@Singleton
class LeaseReaper {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseReaper.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int BATCH = 100;

  private final AttemptTools tools;
  private final AttemptRunner runner;
  private final DispatchBell bell;
  private final Set<String> reviewing = ConcurrentHashMap.newKeySet();
  private final Set<String> answering = ConcurrentHashMap.newKeySet();

  LeaseReaper(AttemptTools tools, AttemptRunner runner, DispatchBell bell) {
    this.tools = tools;
    this.runner = runner;
    this.bell = bell;
  }

  /** Runs until interrupted. A node that does not answer delays no other. */
  void run() throws InterruptedException {
    reclaim();
    while (true) {
      Instant now = tools.clock().instant();
      List<ExpiredLease> expired =
          tools.queue().ask(queue -> queue.expired(now, BATCH)).orElse(List.of());
      for (ExpiredLease lease : expired) {
        // A lease of ours runs out only while the database is away; its holder will renew it.
        boolean ours = runner.runs(lease.attempt().id());
        if (!ours && reviewing.add(lease.attempt().id())) {
          Thread.ofVirtual().name("reap-" + lease.attempt().id()).start(() -> review(lease));
        }
      }
      answerLate(now);
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }

  /** Jobs that wait with no time left for any attempt. */
  private void answerLate(Instant now) {
    Instant soon = now.plus(tools.policy().recovery().reserve());
    for (Job job : tools.queue().ask(queue -> queue.lateWaiting(soon, BATCH)).orElse(List.of())) {
      if (!tools.recoverer().latestEnd(job).isAfter(now) && answering.add(job.id())) {
        Thread.ofVirtual().name("answer-" + job.id()).start(() -> answer(job, now));
      }
    }
  }

  private void answer(Job job, Instant now) {
    try (JobLog fields = JobLog.of(job)) {
      Recoverer.Step step = tools.recoverer().late(job, now);
      if (step.next() instanceof NextStep.Again) {
        return;
      }
      Optional<Job> ended =
          tools.queue().await(queue -> queue.endWaiting(job.id(), step.next(), now));
      if (ended.isPresent()) {
        tools.cases().ended(job, FailureClass.TIMEOUT, step, null);
        LOG.warn("{} waited until its deadline: {}", job.id(), Recoverer.told(step.decision()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("{} could not be answered by a defect", job.id(), e);
    } finally {
      answering.remove(job.id());
    }
  }

  /** What a replica of this name held before it was killed needs no lease to run out. */
  private void reclaim() {
    for (RegisteredService service : tools.roster().services()) {
      for (FleetNode node : service.nodes()) {
        tools.queue().ask(queue -> queue.liveOnNode(node.nodeId())).orElse(List.of()).stream()
            .filter(attempt -> attempt.replica().equals(tools.policy().replica()))
            .filter(attempt -> !runner.runs(attempt.id()))
            .forEach(attempt -> adopt(attempt, node));
      }
    }
  }

  private void review(ExpiredLease lease) {
    Attempt attempt = lease.attempt();
    try (JobLog fields = JobLog.of(lease)) {
      Optional<FleetNode> node = tools.roster().node(attempt.nodeId());
      NodeAnswer answer =
          node.isEmpty() ? NodeAnswer.NODE_REMOVED : ask(node.get().address(), attempt.id());
      Instant until = attempt.leaseUntil() == null ? attempt.startedAt() : attempt.leaseUntil();
      Verdict verdict =
          LeaseReview.decide(
              answer,
              Duration.between(until, tools.clock().instant()),
              tools.policy().watch().silenceAllowed());
      switch (verdict) {
        case Verdict.Adopt adopt -> node.ifPresent(at -> adopt(attempt, at));
        case Verdict.Requeue(var reason) -> requeue(lease, reason);
        case Verdict.Wait wait -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("Review of {} failed by a defect", attempt.id(), e);
    } finally {
      reviewing.remove(attempt.id());
    }
  }

  private NodeAnswer ask(String address, String attemptId) throws InterruptedException {
    try {
      tools.nodes().find(address, attemptId);
      return NodeAnswer.HAS_IT;
    } catch (Unreachable e) {
      return e.refused() ? NodeAnswer.REFUSED : NodeAnswer.SILENT;
    } catch (Refused e) {
      return e.status() == ErrorCode.VIDEO_NOT_FOUND.status()
          ? NodeAnswer.DOES_NOT_KNOW
          : NodeAnswer.SILENT;
    }
  }

  private void adopt(Attempt attempt, FleetNode node) {
    Optional<Claim> claim =
        tools
            .queue()
            .ask(
                queue ->
                    queue.adopt(
                        attempt.id(),
                        attempt.fence(),
                        tools.policy().replica(),
                        tools.policy().lease(),
                        tools.clock().instant()))
            .flatMap(adopted -> adopted);
    claim.ifPresent(
        adopted -> {
          tools.metrics().leaseExpired("adopted");
          runner.start(adopted, node, true);
        });
  }

  private void requeue(ExpiredLease lease, LeaseReview.Reason reason) throws InterruptedException {
    Attempt attempt = lease.attempt();
    Instant now = tools.clock().instant();
    Optional<Job> job = tools.queue().await(queue -> queue.find(attempt.jobId()));
    if (job.isEmpty()) {
      return;
    }
    Failed lost =
        new Failed(FailureClass.NODE_LOST, message(reason), attempt.expert(), attempt.step(), null);
    tools.roster().doubt(attempt.nodeId(), now);
    Recoverer.Step step = tools.recoverer().failed(job.get(), attempt, lost, now);
    AttemptFailure failure =
        new AttemptFailure(FailureClass.NODE_LOST, lost.message(), step.blame().name());
    Failing answer =
        tools
            .queue()
            .await(queue -> queue.expire(attempt.id(), attempt.fence(), failure, step.next(), now));
    if (answer instanceof Failing.Stale) {
      return;
    }
    tools.metrics().leaseExpired(reason.name());
    tools.metrics().attemptEnded(job.get(), attempt, FailureClass.NODE_LOST.name(), now);
    tools.cases().failed(job.get(), attempt, step.ran(), lost, step);
    LOG.warn(
        "{} of {} is lost: {}; {}",
        attempt.id(),
        attempt.jobId(),
        message(reason),
        Recoverer.told(step.decision()));
    bell.ring();
  }

  private static String message(LeaseReview.Reason reason) {
    return switch (reason) {
      case NODE_FORGOT -> "the lease ran out and the node does not have the attempt";
      case NODE_DEAD -> "the lease ran out and nothing listens at the node's address";
      case NODE_SILENT -> "the lease ran out and the node does not answer";
      case NODE_REMOVED -> "the lease ran out and the node was removed";
    };
  }
}
