package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Ends attempts. Whoever deletes the lease row ends the attempt: there is one, so there is one end.
 * Rows are always locked lease (or waiting) first, then job.
 */
final class Ending {

  /** The end of an attempt, from a set {@code gone} of deleted leases. */
  private static final String WRITE_ATTEMPT =
      """
      INSERT INTO attempt (id, job_id, number, node_id, revision, replica, fence, started_at,
          ended_at, outcome, message, plan, expert, step, attribution, pool, usd_per_hour)
        SELECT attempt_id, job_id, number, node_id, revision, replica, fence, started_at, at,
          outcome, message, plan, expert, step, attribution, pool, usd_per_hour
        FROM gone
      """;

  private static final String ANNOUNCE =
      """
      INSERT INTO announcement (job_id, ended_at)
        SELECT id, completed_at FROM ended WHERE webhook_url IS NOT NULL
      """;

  /** What a job keeps when it completes and what it needs no more, from a set {@code ended}. */
  private static final String SETTLE =
      """
      kept AS (
        INSERT INTO artifact_use (sha256, job_id, expires_at)
        SELECT DISTINCT file ->> 'sha256', id, expires_at
        FROM ended, jsonb_array_elements(result -> 'artifacts') AS file
      ), reusable AS (
        INSERT INTO reusable_result (job_id, tenant, service, template, wording, expires_at)
        SELECT id, tenant, service, result #>> '{reusable,template}',
          result #>> '{reusable,wording}', expires_at
        FROM ended WHERE result #>> '{reusable,template}' IS NOT NULL
      ), forgotten AS (
        DELETE FROM checkpoint c USING ended e WHERE c.job_id = e.id
      ), announced AS ("""
          + ANNOUNCE
          + "), "
          + EndRecord.RECORD;

  private static final String COMPLETE =
      """
      WITH input AS (
        SELECT * FROM unnest(?::uuid[], ?::int8[], ?::timestamptz[], ?::timestamptz[], ?::jsonb[])
        AS i(attempt_id, fence, at, keep_until, result)
      ), gone AS (
        DELETE FROM lease l USING input i WHERE l.attempt_id = i.attempt_id AND l.fence = i.fence
        RETURNING l.*, i.at, i.keep_until, i.result, 'COMPLETED' AS outcome, NULL AS message,
          NULL AS attribution
      ), ended AS (
        UPDATE job j SET status = 'completed', progress = 100, completed_at = g.at,
          expires_at = g.keep_until, result = g.result, sequence = j.sequence + 1,\s"""
          + EndRecord.SPEND
          + " FROM gone g WHERE j.id = g.job_id RETURNING j.*, g.attempt_id, "
          + EndRecord.DELIVERED
          + """
      ), written AS ("""
          + WRITE_ATTEMPT
          + """
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, percent, attempt)
        SELECT id, sequence, completed_at, status, 100, attempts FROM ended
      ),\s"""
          + SETTLE
          + " SELECT "
          + Rows.JOB
          + ", j.attempt_id FROM ended j";

  private static final String GONE =
      """
      WITH gone AS (
        DELETE FROM lease WHERE attempt_id = ? AND fence = ? AND (? OR expires_at <= ?)
        RETURNING *, ?::timestamptz AS at, ?::text AS outcome, ?::text AS message,
          ?::text AS attribution
      ), written AS ("""
          + WRITE_ATTEMPT
          + ")";

  private static final String REQUEUE =
      GONE
          + """
      , ended AS (
        UPDATE job j SET status = 'queued', progress = 0, sequence = j.sequence + 1,
          plan = ?::jsonb,\s"""
          + EndRecord.SPEND
          + """
         FROM gone g WHERE j.id = g.job_id
        RETURNING j.*, g.at, g.outcome, g.number, g.revision
      ), queued AS (
        INSERT INTO waiting (job_id, service, priority, tag, cost, overdue_at, available_at,
          deadline, avoid, avoid_until, failed_on)
        SELECT id, service, priority, tag, cost, overdue_at, ?, deadline, ?::text[], ?,
          ARRAY(SELECT a.revision FROM attempt a WHERE a.job_id = ended.id
            UNION SELECT ended.revision)
        FROM ended
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, attempt, detail)
        SELECT id, sequence, at, status, number, outcome FROM ended
      )
      SELECT\s"""
          + Rows.JOB
          + " FROM ended j";

  private static final String GIVE_UP = GONE + fails("g.number, g.outcome");

  private static final String ANSWER = GONE + completes("g.number, g.outcome");

  private static final String TAKE_WAITING =
      "WITH gone AS (DELETE FROM waiting WHERE job_id = ? RETURNING " + EndRecord.WAITED + ")";

  private static final String GIVE_UP_WAITING = TAKE_WAITING + fails("g.number, j.error_code");

  private static final String ANSWER_WAITING =
      TAKE_WAITING + completes("g.number, 'DEADLINE_EXCEEDED'");

  /**
   * @param log number of the attempt and detail of the event
   */
  private static String fails(String log) {
    return """
      , ended AS (
        UPDATE job j SET status = 'failed', completed_at = ?, error_code = ?, error_message = ?,
          sequence = j.sequence + 1, %s
        FROM gone g WHERE j.id = g.job_id
        RETURNING j.*, %s, %s AS detail
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, attempt, detail)
        SELECT id, sequence, completed_at, status, number, detail FROM ended
      ), forgotten AS (
        DELETE FROM checkpoint c USING ended e WHERE c.job_id = e.id
      ), announced AS ("""
            .formatted(EndRecord.SPEND, EndRecord.WASTED, log)
        + ANNOUNCE
        + "), "
        + EndRecord.RECORD
        + " SELECT "
        + Rows.JOB
        + " FROM ended j";
  }

  private static String completes(String log) {
    return """
      , ended AS (
        UPDATE job j SET status = 'completed', progress = 100, completed_at = ?, expires_at = ?,
          result = ?::jsonb, sequence = j.sequence + 1, %s
        FROM gone g WHERE j.id = g.job_id
        RETURNING j.*, %s, %s AS detail
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, percent, attempt, detail)
        SELECT id, sequence, completed_at, status, 100, number, detail FROM ended
      ),\s"""
            .formatted(EndRecord.SPEND, EndRecord.WASTED, log)
        + SETTLE
        + " SELECT "
        + Rows.JOB
        + " FROM ended j";
  }

  private record Done(UUID attemptId, long fence, Result result, Instant now) {
    Instant keepUntil() {
      return Sql.stored(now.plus(result.retention()));
    }
  }

  private record Taken(UUID attemptId, Job job) {}

  private final Transactions transactions;
  private final Leases leases;
  private final Combiner<Done, Completion> combiner;

  Ending(Transactions transactions, Leases leases) {
    this.transactions = transactions;
    this.leases = leases;
    this.combiner = new Combiner<>(64, this::completeAll);
  }

  Completion complete(String attemptId, long fence, Result result, Instant now) {
    return Ids.parseAttempt(attemptId)
        .map(id -> combiner.call(new Done(id, fence, result, Sql.stored(now))))
        .orElseGet(() -> new Completion.Stale(StaleReason.UNKNOWN_ATTEMPT));
  }

  private List<Completion> completeAll(List<Done> inputs) {
    Map<UUID, Job> completed = new HashMap<>();
    for (Taken taken : transactions.durableStatement(c -> complete(c, inputs))) {
      completed.put(taken.attemptId(), taken.job());
    }
    // Of two calls for one attempt in one batch the first is told Completed.
    return inputs.stream()
        .map(
            input -> {
              @Nullable Job job = completed.remove(input.attemptId());
              return job == null ? notCompleted(input) : new Completion.Completed(job);
            })
        .toList();
  }

  private static List<Taken> complete(Connection c, List<Done> inputs) throws SQLException {
    try (Sql sql = Sql.of(c, COMPLETE)) {
      return sql.each("uuid", inputs, Done::attemptId)
          .each("int8", inputs, Done::fence)
          .each("timestamptz", inputs, Done::now)
          .each("timestamptz", inputs, Done::keepUntil)
          .each("jsonb", inputs, done -> Rows.write(done.result()))
          .rows(row -> new Taken(Rows.uuid(row, "attempt_id"), Rows.job(row)));
    }
  }

  private Completion notCompleted(Done input) {
    Optional<Leases.Standing> standing = leases.standing(input.attemptId());
    if (standing.isEmpty()) {
      return new Completion.Stale(StaleReason.UNKNOWN_ATTEMPT);
    }
    Leases.Standing found = standing.get();
    boolean same = found.outcome().equals(Attempt.COMPLETED) && found.fence() == input.fence();
    return same
        ? new Completion.AlreadyCompleted()
        : new Completion.Stale(found.reason(input.fence()));
  }

  /**
   * @param evenIfValid false ends the attempt only if its lease ran out
   */
  Failing fail(
      String attemptId,
      long fence,
      AttemptFailure failure,
      NextStep next,
      Instant now,
      boolean evenIfValid) {
    Optional<UUID> id = Ids.parseAttempt(attemptId);
    if (id.isEmpty()) {
      return new Failing.Stale(StaleReason.UNKNOWN_ATTEMPT);
    }
    Instant at = Sql.stored(now);
    String text =
        switch (next) {
          case NextStep.Again again -> REQUEUE;
          case NextStep.Answer answer -> ANSWER;
          case NextStep.GiveUp giveUp -> GIVE_UP;
        };
    Optional<Job> job =
        transactions.durableStatement(
            c -> {
              try (Sql sql = Sql.of(c, text)) {
                sql.with(id.get()).with(fence).with(evenIfValid).with(at);
                sql.with(at).with(failure.kind().name()).with(failure.message());
                sql.with(failure.attribution());
                bind(sql, next, at);
                return sql.rows(Rows::job).stream().findFirst();
              }
            });
    if (job.isEmpty()) {
      return new Failing.Stale(leases.stale(id.get(), fence));
    }
    return switch (next) {
      case NextStep.Again again -> new Failing.Requeued(job.get());
      case NextStep.Answer answer -> new Failing.Answered(job.get());
      case NextStep.GiveUp giveUp -> new Failing.JobFailed(job.get());
    };
  }

  /** Ends a waiting job; empty when it does not wait any more. */
  Optional<Job> endWaiting(UUID job, NextStep end, Instant now) {
    Instant at = Sql.stored(now);
    String text = end instanceof NextStep.Answer ? ANSWER_WAITING : GIVE_UP_WAITING;
    return transactions.durableStatement(
        c -> {
          try (Sql sql = Sql.of(c, text)) {
            bind(sql.with(job), end, at);
            return sql.rows(Rows::job).stream().findFirst();
          }
        });
  }

  private static void bind(Sql sql, NextStep next, Instant at) throws SQLException {
    switch (next) {
      case NextStep.Again again ->
          sql.with(Rows.write(again.plan()))
              .with(Sql.stored(again.notBefore()))
              .each("text", List.copyOf(again.avoid()), node -> node)
              .with(Sql.stored(again.avoidUntil()));
      case NextStep.Answer(Result result) ->
          sql.with(at).with(Sql.stored(at.plus(result.retention()))).with(Rows.write(result));
      case NextStep.GiveUp giveUp ->
          sql.with(at).with(giveUp.code().wireName()).with(giveUp.message());
    }
  }
}
