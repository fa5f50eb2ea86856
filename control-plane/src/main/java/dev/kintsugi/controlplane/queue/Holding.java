package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.queue.FairShare;
import dev.kintsugi.protocol.error.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Jobs that wait for a person. Such a job has a row in {@code held} and none in {@code waiting}, so
 * no node gets it and it is in nobody's way. Whoever deletes the row decides: there is one, so
 * there is one decision.
 */
final class Holding {

  private static final String COUNT = "SELECT count(*) FROM held WHERE service = ?";

  private static final String INSERT =
      """
      INSERT INTO job AS j (id, tenant, service, model, priority, status, parameters, end_user,
        webhook_url, idempotency_key, request_hash, cost, tag, created_at, deadline, trace_id,
        screening, decide_by)
      VALUES (?, ?, ?, ?, ?, 'queued', ?::jsonb, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?::jsonb, ?)
      ON CONFLICT DO NOTHING RETURNING\s"""
          + Rows.JOB;

  private static final String HOLD =
      "INSERT INTO held (job_id, service, weight, decide_by) VALUES (?, ?, ?, ?)";

  private static final String LOG =
      "INSERT INTO job_event (job_id, sequence, at, status, detail)"
          + " VALUES (?, 1, ?, 'queued', 'held_for_review')";

  private static final String TAKE = "DELETE FROM held WHERE job_id = ? RETURNING weight";

  private static final String RELEASE =
      """
      WITH released AS (
        UPDATE job j SET tag = ?, queued_at = ?, overdue_at = ?, deadline = ?,
          sequence = j.sequence + 1
        WHERE j.id = ? RETURNING j.*
      ), queued AS (
        INSERT INTO waiting (job_id, service, priority, tag, cost, overdue_at, available_at,
          deadline)
        SELECT id, service, priority, tag, cost, overdue_at, queued_at, deadline FROM released
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, detail)
        SELECT id, sequence, queued_at, status, 'approved' FROM released
      )
      SELECT\s"""
          + Rows.JOB
          + " FROM released j";

  private static final String END =
      """
      WITH gone AS (DELETE FROM held WHERE job_id = ? RETURNING job_id
      ), ended AS (
        UPDATE job j SET status = 'failed', completed_at = ?, error_code = ?, error_message = ?,
          sequence = j.sequence + 1
        FROM gone g WHERE j.id = g.job_id RETURNING j.*
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, detail)
        SELECT id, sequence, completed_at, status, error_code FROM ended
      ), announced AS (
        INSERT INTO announcement (job_id, ended_at)
        SELECT id, completed_at FROM ended WHERE webhook_url IS NOT NULL
      )
      SELECT\s"""
          + Rows.JOB
          + " FROM ended j";

  private static final String ONE = "SELECT " + Rows.JOB + " FROM job j WHERE id = ?";

  private static final String DUE =
      "SELECT "
          + Rows.JOB
          + " FROM held h JOIN job j ON j.id = h.job_id"
          + " WHERE h.decide_by <= ? ORDER BY h.decide_by LIMIT ?";

  private final Transactions transactions;
  private final Submitting submitting;

  Holding(Transactions transactions, Submitting submitting) {
    this.transactions = transactions;
    this.submitting = submitting;
  }

  Submission hold(NewJob job, Instant decideBy, Alongside also, Instant now) {
    Instant at = Sql.stored(now);
    long held =
        transactions.reading(
            c -> Sql.rows(c, COUNT, row -> row.getLong(1), job.service()).getFirst());
    if (held >= job.queueLimit()) {
      Submission seen = submitting.seenBefore(job);
      return seen == null ? new Submission.QueueFull(held, job.queueLimit()) : seen;
    }
    while (true) {
      UUID id = Ids.next(at);
      Optional<Job> taken =
          transactions.durably(
              c -> {
                Optional<Job> inserted = insert(c, id, job, Sql.stored(decideBy), at);
                if (inserted.isPresent()) {
                  also.write(c, inserted.get());
                }
                return inserted;
              });
      Submission answer =
          taken.isPresent() ? new Submission.Accepted(taken.get()) : submitting.seenBefore(job);
      // A key that was taken and is free again by now (its job was deleted) needs another round.
      if (answer != null) {
        return answer;
      }
    }
  }

  private static Optional<Job> insert(
      Connection c, UUID id, NewJob job, Instant decideBy, Instant at) throws SQLException {
    List<Job> inserted =
        Sql.rows(
            c,
            INSERT,
            Rows::job,
            id,
            job.tenant(),
            job.service(),
            job.model(),
            job.priority().ordinal(),
            Rows.write(job.parameters()),
            job.user(),
            job.webhookUrl(),
            job.idempotencyKey(),
            job.requestHash(),
            job.cost(),
            at,
            Sql.stored(job.deadline()),
            job.traceId(),
            Rows.writeOrNull(job.screening()),
            decideBy);
    if (!inserted.isEmpty()) {
      Sql.update(c, HOLD, id, job.service(), job.weight(), decideBy);
      Sql.update(c, LOG, id, at);
    }
    return inserted.stream().findFirst();
  }

  /** Its place in the queue and its deadline begin now. */
  Optional<Job> release(UUID id, Alongside also, Instant now) {
    Instant at = Sql.stored(now);
    return transactions.durably(
        c -> {
          List<Double> weights = Sql.rows(c, TAKE, row -> row.getDouble("weight"), id);
          if (weights.isEmpty()) {
            return Optional.empty();
          }
          Job held = Sql.rows(c, ONE, Rows::job, id).getFirst();
          Job released = release(c, id, held, weights.getFirst(), at);
          also.write(c, released);
          return Optional.of(released);
        });
  }

  private Job release(Connection c, UUID id, Job held, double weight, Instant at)
      throws SQLException {
    Submitting.Flow flow = new Submitting.Flow(held.service(), held.priority(), held.tenant());
    double start = Submitting.reserve(c, new Submitting.Share(flow, held.cost() / weight));
    double tag = FairShare.tag(0, start, held.cost(), weight).start();
    Instant decideBy = held.decideBy() == null ? held.createdAt() : held.decideBy();
    Duration promised = Duration.between(decideBy, held.deadline());
    return Sql.rows(
            c,
            RELEASE,
            Rows::job,
            tag,
            at,
            submitting.overdueAt(held.priority(), at),
            at.plus(promised),
            id)
        .getFirst();
  }

  Optional<Job> refuse(UUID id, NextStep.GiveUp why, Alongside also, Instant now) {
    return transactions.durably(
        c -> {
          Optional<Job> ended = end(c, id, why.code(), why.message(), Sql.stored(now));
          if (ended.isPresent()) {
            also.write(c, ended.get());
          }
          return ended;
        });
  }

  /** Ends a held job as failed; empty when it is not held any more. */
  static Optional<Job> end(Connection c, UUID id, ErrorCode code, String message, Instant at)
      throws SQLException {
    return Sql.rows(c, END, Rows::job, id, at, code.wireName(), message).stream().findFirst();
  }

  List<Job> due(Instant decideBefore, int limit) {
    return transactions.reading(c -> Sql.rows(c, DUE, Rows::job, decideBefore, limit));
  }
}
