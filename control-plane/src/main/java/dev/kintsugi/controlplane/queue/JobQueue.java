package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.recovery.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The durable job queue, shared by every control-plane replica.
 *
 * <p>A job is queued, in progress (exactly one live attempt), completed or failed. What {@link
 * #submit} accepted and {@link #complete} took survives the loss of any process, the database's
 * included. Every method may throw {@link
 * dev.kintsugi.controlplane.database.DatabaseUnavailableException}; every method may then be called
 * again.
 */
public interface JobQueue {

  /**
   * Accepts a job, durably. Without an idempotency key a repeated call makes another job. Replays
   * are answered even when the queue is full.
   */
  Submission submit(NewJob job, Instant now);

  /**
   * Accepts a job that waits for a person, durably: nobody gets it before it is {@link #release
   * released}. The job's queue limit bounds how many are held for its service.
   *
   * @param decideBy until when it is told that a decision comes; the queue itself does not end it
   */
  Submission hold(NewJob job, Instant decideBy, Alongside also, Instant now);

  /**
   * Lets a held job into the queue, behind those that wait already. Its deadline is as far away
   * then as it was from {@code decideBy} when it was held.
   *
   * @return empty when it is not held any more; nothing is written alongside then
   */
  Optional<Job> release(String jobId, Alongside also, Instant now);

  /**
   * Ends a held job as failed. It never reached its service, so it is in no ledger of ended jobs.
   *
   * @return empty when it is not held any more; nothing is written alongside then
   */
  Optional<Job> refuse(String jobId, NextStep.GiveUp why, Alongside also, Instant now);

  /** Held jobs that nobody decided on until then, longest ago first. */
  List<Job> undecided(Instant until, int limit);

  /** The tenant's job, unless deleted. */
  Optional<Job> find(String tenant, String jobId);

  /** A job of any tenant, unless deleted; for the worker side only. */
  Optional<Job> find(String jobId);

  /**
   * A tenant's jobs by creation time.
   *
   * @param after id of the job before the page; null starts at the beginning
   * @param limit jobs on the page, at least 1
   * @return empty when the tenant never had a job {@code after}
   */
  Optional<JobPage> list(String tenant, @Nullable String after, int limit, boolean ascending);

  /**
   * Ends a queued, held or running job as failed with code {@code cancelled}; a running attempt is
   * fenced off. Leaves an ended job as it is.
   *
   * @return the job as it is now; empty when the tenant has no such job
   */
  Optional<Job> cancel(String tenant, String jobId, Instant now);

  /** Forgets an ended job, its prompt and its idempotency key. */
  Deletion delete(String tenant, String jobId, Instant now);

  /**
   * Removes ended jobs and all that is kept of them, oldest first.
   *
   * @return how many were removed; fewer than {@code limit} when none is left
   */
  int prune(Instant endedBefore, int limit);

  /** Forgets clips that cannot be found again because their files expired; returns how many. */
  int forgetReusable(Instant expiredBefore, int limit);

  /** The job's progress log after {@code afterSequence}, oldest first. */
  List<JobEvent> events(String jobId, long afterSequence, int limit);

  /** What would be dispatched before a waiting job; nothing when it does not wait. */
  Ahead ahead(Job job);

  /** Load of a service, about half a second old; older where counting takes long. */
  QueueSnapshot snapshot(String service, Instant now);

  /** Jobs the tenant submitted since then, deleted ones included. */
  int countSince(String tenant, Instant since);

  /** Jobs that were accepted since then, by service; services without any are left out. */
  Map<String, Long> acceptedSince(Instant since);

  /** Which of these files (SHA-256, lower-case hex) a job still keeps: not deleted, not expired. */
  Set<String> artifactsInUse(Collection<String> sha256, Instant now);

  /**
   * Jobs with a webhook that ended and were not marked {@link #announced} yet, oldest first. An end
   * and its place in this list are one transaction, so no webhook is lost with a process.
   */
  List<Job> unannounced(int limit);

  /** The end of the job is in the hands of webhook delivery. */
  void announced(String jobId);

  /**
   * Makes an attempt at the next job of the service, unless the node has no free slot or no job
   * waits. Who is next: {@link dev.kintsugi.core.queue.ClaimOrder}.
   */
  Optional<Claim> claim(ClaimRequest request, Instant now);

  /** Extends the lease by its original length and logs the progress when it changed. */
  Lease heartbeat(String attemptId, long fence, Progress progress, Instant now);

  /** Takes the result of an attempt, once. */
  Completion complete(String attemptId, long fence, Result result, Instant now);

  /** Ends an attempt as failed by its holder, and does with its job what was decided. */
  Failing fail(String attemptId, long fence, AttemptFailure failure, NextStep next, Instant now);

  /** As {@link #fail}, by the reaper: refused when the lease was renewed since. */
  Failing expire(String attemptId, long fence, AttemptFailure failure, NextStep next, Instant now);

  /**
   * Changes what a live attempt is, before it begins.
   *
   * @return false when the attempt was not the caller's any more
   */
  boolean replan(String attemptId, long fence, Plan plan);

  /**
   * Remembers a checkpoint that is in the artefact store; it is kept until the job ends.
   *
   * @return false when the attempt was not the caller's any more
   */
  boolean checkpoint(String attemptId, long fence, SavedCheckpoint checkpoint, Instant now);

  /** The newest checkpoint of a job that has not ended. */
  Optional<SavedCheckpoint> checkpoint(String jobId);

  /**
   * A clip of the same tenant and service that was made as asked for the same template, that of the
   * same wording first; its files are still kept.
   */
  Optional<Job> reusable(String tenant, String service, Reusable wanted, Instant now);

  /**
   * Ends the lease now, so that another replica may {@link #adopt} the attempt at once; for a
   * replica that stops. The attempt stays live.
   *
   * @return false when the attempt was not the caller's any more
   */
  boolean release(String attemptId, long fence, Instant now);

  /** Waiting jobs whose deadline is before then, most urgent first. */
  List<Job> lateWaiting(Instant deadlineBefore, int limit);

  /**
   * Ends a waiting job.
   *
   * @param end an answer or a failure
   * @return the job as it is now; empty when it does not wait any more
   */
  Optional<Job> endWaiting(String jobId, NextStep end, Instant now);

  /** Live attempts whose lease ran out, longest ago first. */
  List<ExpiredLease> expired(Instant now, int limit);

  /**
   * Takes over a live attempt whose lease ran out or that the same replica held before it
   * restarted, under a new fencing number: the old holder becomes stale.
   *
   * @param fence the number it was seen with
   */
  Optional<Claim> adopt(String attemptId, long fence, String replica, Duration lease, Instant now);

  /** Every attempt of a job, first to last. */
  List<Attempt> attempts(String jobId);

  /**
   * Attempts that ended without a video, oldest first.
   *
   * @param from inclusive
   * @param until exclusive
   */
  List<Attempt> failedBetween(Instant from, Instant until, int limit);

  /** Attempts a node is believed to run. */
  List<Attempt> liveOnNode(String nodeId);
}
