package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.queue.ClaimOrder;
import dev.kintsugi.core.queue.WaitBound;
import dev.kintsugi.core.recovery.Plan;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The job queue on PostgreSQL. How and why: docs/decisions/0002-queue-on-postgresql.md. */
@Singleton
public final class PostgresJobQueue implements JobQueue {

  private static final int CANCEL_TRIES = 100;

  private final List<WaitingListener> listeners;
  private final List<JobEndListener> ends;
  private final Depths depths;
  private final Submitting submitting;
  private final Holding holding;
  private final Claiming claiming;
  private final Leases leases;
  private final Ending ending;
  private final Withdrawing withdrawing;
  private final Reading reading;
  private final Checkpoints checkpoints;

  @Inject
  public PostgresJobQueue(
      Transactions transactions, List<WaitingListener> listeners, List<JobEndListener> ends) {
    this(transactions, ClaimOrder.Policy.DEFAULT, WaitBound.DEFAULT, listeners, ends);
  }

  public PostgresJobQueue(Transactions transactions) {
    this(transactions, List.of(), List.of());
  }

  public PostgresJobQueue(Transactions transactions, ClaimOrder.Policy order, WaitBound bound) {
    this(transactions, order, bound, List.of(), List.of());
  }

  private PostgresJobQueue(
      Transactions transactions,
      ClaimOrder.Policy order,
      WaitBound bound,
      List<WaitingListener> listeners,
      List<JobEndListener> ends) {
    this.listeners = listeners;
    this.ends = ends;
    this.depths = new Depths(transactions);
    this.submitting = new Submitting(transactions, depths, bound);
    this.holding = new Holding(transactions, submitting);
    this.claiming = new Claiming(transactions, order);
    this.leases = new Leases(transactions);
    this.ending = new Ending(transactions, leases);
    this.withdrawing = new Withdrawing(transactions);
    this.reading = new Reading(transactions);
    this.checkpoints = new Checkpoints(transactions);
  }

  @Override
  public Submission submit(NewJob job, Instant now) {
    Submission answer = submitting.submit(job, now);
    if (answer instanceof Submission.Accepted) {
      listeners.forEach(listener -> listener.waiting(job.service()));
    }
    return answer;
  }

  @Override
  public Submission hold(NewJob job, Instant decideBy, Alongside also, Instant now) {
    return holding.hold(job, decideBy, also, now);
  }

  @Override
  public Optional<Job> release(String jobId, Alongside also, Instant now) {
    Optional<Job> released = Ids.parseJob(jobId).flatMap(id -> holding.release(id, also, now));
    released.ifPresent(job -> listeners.forEach(listener -> listener.waiting(job.service())));
    return released;
  }

  @Override
  public Optional<Job> refuse(String jobId, NextStep.GiveUp why, Alongside also, Instant now) {
    Optional<Job> ended = Ids.parseJob(jobId).flatMap(id -> holding.refuse(id, why, also, now));
    ended.ifPresent(this::tell);
    return ended;
  }

  @Override
  public List<Job> undecided(Instant until, int limit) {
    return holding.due(until, limit);
  }

  @Override
  public Optional<Job> find(String tenant, String jobId) {
    return Ids.parseJob(jobId).flatMap(id -> reading.find(tenant, id));
  }

  @Override
  public Optional<Job> find(String jobId) {
    return Ids.parseJob(jobId).flatMap(reading::find);
  }

  @Override
  public Optional<JobPage> list(
      String tenant, @Nullable String after, int limit, boolean ascending) {
    if (after == null) {
      return reading.list(tenant, null, limit, ascending);
    }
    return Ids.parseJob(after).flatMap(id -> reading.list(tenant, id, limit, ascending));
  }

  /** A job that is between waiting and running while we look is looked at again. */
  @Override
  public Optional<Job> cancel(String tenant, String jobId, Instant now) {
    Optional<UUID> id = Ids.parseJob(jobId);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < CANCEL_TRIES; i++) {
      Optional<Job> job = reading.find(tenant, id.get());
      if (job.isEmpty() || job.get().status().terminal()) {
        return job;
      }
      Optional<Job> cancelled = withdrawing.cancel(id.get(), now);
      if (cancelled.isPresent()) {
        tell(cancelled.get());
        return cancelled;
      }
    }
    throw new IllegalStateException(jobId + " is neither waiting nor running nor held nor ended");
  }

  @Override
  public Deletion delete(String tenant, String jobId, Instant now) {
    return Ids.parseJob(jobId)
        .map(id -> withdrawing.delete(tenant, id, now))
        .orElseGet(Deletion.NotFound::new);
  }

  @Override
  public int prune(Instant endedBefore, int limit) {
    return withdrawing.prune(endedBefore, limit);
  }

  @Override
  public int forgetReusable(Instant expiredBefore, int limit) {
    return withdrawing.forgetReusable(expiredBefore, limit);
  }

  @Override
  public List<JobEvent> events(String jobId, long afterSequence, int limit) {
    return Ids.parseJob(jobId)
        .map(id -> reading.events(id, afterSequence, limit))
        .orElseGet(List::of);
  }

  @Override
  public Ahead ahead(Job job) {
    return Ids.parseJob(job.id()).map(reading::ahead).orElse(Ahead.NOTHING);
  }

  @Override
  public QueueSnapshot snapshot(String service, Instant now) {
    return depths.snapshot(service, now);
  }

  @Override
  public int countSince(String tenant, Instant since) {
    return reading.countSince(tenant, since);
  }

  @Override
  public Map<String, Long> acceptedSince(Instant since) {
    return reading.acceptedSince(since);
  }

  @Override
  public Set<String> artifactsInUse(Collection<String> sha256, Instant now) {
    return reading.artifactsInUse(sha256, now);
  }

  @Override
  public List<Job> unannounced(int limit) {
    return reading.unannounced(limit);
  }

  @Override
  public void announced(String jobId) {
    Ids.parseJob(jobId).ifPresent(reading::announced);
  }

  @Override
  public Optional<Claim> claim(ClaimRequest request, Instant now) {
    return claiming.claim(request, now);
  }

  @Override
  public Lease heartbeat(String attemptId, long fence, Progress progress, Instant now) {
    return leases.heartbeat(attemptId, fence, progress, now);
  }

  @Override
  public Completion complete(String attemptId, long fence, Result result, Instant now) {
    Completion answer = ending.complete(attemptId, fence, result, now);
    if (answer instanceof Completion.Completed(Job completed)) {
      tell(completed);
    }
    return answer;
  }

  @Override
  public Failing fail(
      String attemptId, long fence, AttemptFailure failure, NextStep next, Instant now) {
    return told(ending.fail(attemptId, fence, failure, next, now, true));
  }

  @Override
  public Failing expire(
      String attemptId, long fence, AttemptFailure failure, NextStep next, Instant now) {
    return told(ending.fail(attemptId, fence, failure, next, now, false));
  }

  @Override
  public boolean release(String attemptId, long fence, Instant now) {
    return leases.release(attemptId, fence, now);
  }

  @Override
  public List<Job> lateWaiting(Instant deadlineBefore, int limit) {
    return reading.lateWaiting(deadlineBefore, limit);
  }

  @Override
  public Optional<Job> endWaiting(String jobId, NextStep end, Instant now) {
    if (end instanceof NextStep.Again) {
      throw new IllegalArgumentException("a waiting job waits already");
    }
    Optional<Job> ended = Ids.parseJob(jobId).flatMap(id -> ending.endWaiting(id, end, now));
    ended.ifPresent(this::tell);
    return ended;
  }

  @Override
  public boolean replan(String attemptId, long fence, Plan plan) {
    return leases.replan(attemptId, fence, plan);
  }

  @Override
  public boolean checkpoint(String attemptId, long fence, SavedCheckpoint checkpoint, Instant now) {
    return checkpoints.keep(attemptId, fence, checkpoint, now);
  }

  @Override
  public Optional<SavedCheckpoint> checkpoint(String jobId) {
    return Ids.parseJob(jobId).flatMap(reading::checkpoint);
  }

  @Override
  public Optional<Job> reusable(String tenant, String service, Reusable wanted, Instant now) {
    return reading.reusable(tenant, service, wanted, now);
  }

  @Override
  public List<ExpiredLease> expired(Instant now, int limit) {
    return leases.expired(now, limit);
  }

  @Override
  public Optional<Claim> adopt(
      String attemptId, long fence, String replica, Duration lease, Instant now) {
    return leases.adopt(attemptId, fence, replica, lease, now);
  }

  @Override
  public List<Attempt> attempts(String jobId) {
    return Ids.parseJob(jobId).map(reading::attempts).orElseGet(List::of);
  }

  @Override
  public List<Attempt> failedBetween(Instant from, Instant until, int limit) {
    return reading.failedBetween(from, until, limit);
  }

  @Override
  public List<Attempt> liveOnNode(String nodeId) {
    return reading.liveOnNode(nodeId);
  }

  private Failing told(Failing answer) {
    switch (answer) {
      case Failing.Answered(Job job) -> tell(job);
      case Failing.JobFailed(Job job) -> tell(job);
      case Failing.Requeued requeued -> {}
      case Failing.Stale stale -> {}
    }
    return answer;
  }

  /** Every end of a job comes through here. */
  private void tell(Job ended) {
    ends.forEach(listener -> listener.ended(ended));
  }
}
