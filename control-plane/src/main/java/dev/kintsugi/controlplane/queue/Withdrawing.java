package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FailureClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What customers take back: cancelled and deleted jobs; and what age takes. */
final class Withdrawing {

  private static final String MESSAGE = "The job was cancelled.";

  private static final String END =
      """
      , ended AS (
        UPDATE job j SET status = 'failed', completed_at = ?, error_code = ?, error_message = ?,
          sequence = j.sequence + 1,\s"""
          + EndRecord.SPEND
          + " FROM gone g WHERE j.id = g.job_id RETURNING j.*, g.number, "
          + EndRecord.WASTED
          + """
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, attempt, detail)
        SELECT id, sequence, completed_at, status, number, error_code FROM ended
      ), forgotten AS (
        DELETE FROM checkpoint c USING ended e WHERE c.job_id = e.id
      ), announced AS (
        INSERT INTO announcement (job_id, ended_at)
        SELECT id, completed_at FROM ended WHERE webhook_url IS NOT NULL
      ),\s"""
          + EndRecord.RECORD
          + " SELECT "
          + Rows.JOB
          + " FROM ended j";

  private static final String CANCEL_WAITING =
      "WITH gone AS (DELETE FROM waiting WHERE job_id = ? RETURNING "
          + EndRecord.WAITED
          + ")"
          + END;

  private static final String CANCEL_RUNNING =
      """
      WITH gone AS (
        DELETE FROM lease WHERE job_id = ? RETURNING *, ?::timestamptz AS at
      ), written AS (
        INSERT INTO attempt (id, job_id, number, node_id, revision, replica, fence, started_at,
          plan, expert, step, pool, usd_per_hour, ended_at, outcome, message)
        SELECT attempt_id, job_id, number, node_id, revision, replica, fence, started_at,
          plan, expert, step, pool, usd_per_hour, at, ?, ?
        FROM gone
      )"""
          + END;

  private static final String ENDED =
      "SELECT "
          + Rows.JOB
          + " FROM job j WHERE id = ? AND tenant = ? AND deleted_at IS NULL FOR UPDATE";

  private static final String FORGET =
      """
      UPDATE job SET deleted_at = ?, parameters = '{}', end_user = NULL, webhook_url = NULL,
        idempotency_key = NULL, result = NULL, screening = NULL
      WHERE id = ?
      """;

  private static final List<String> TRACES =
      List.of(
          "DELETE FROM job_event WHERE job_id = ANY(?::uuid[])",
          "DELETE FROM artifact_use WHERE job_id = ANY(?::uuid[])",
          "DELETE FROM reusable_result WHERE job_id = ANY(?::uuid[])",
          "DELETE FROM checkpoint WHERE job_id = ANY(?::uuid[])",
          "DELETE FROM prompt_sample WHERE job_id = ANY(?::uuid[])",
          "DELETE FROM announcement WHERE job_id = ANY(?::uuid[])");

  private static final String EXPIRED_REUSABLE =
      """
      DELETE FROM reusable_result WHERE job_id IN (
        SELECT job_id FROM reusable_result WHERE expires_at < ? LIMIT ? FOR UPDATE SKIP LOCKED)
      """;

  private static final String OLD =
      """
      DELETE FROM job WHERE id IN (
        SELECT id FROM job
        WHERE id < ? AND status IN ('completed', 'failed') AND completed_at < ?
        ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)
      RETURNING id
      """;

  private final Transactions transactions;

  Withdrawing(Transactions transactions) {
    this.transactions = transactions;
  }

  /** The job of this id, known to be the tenant's, ended as cancelled; empty if it had ended. */
  Optional<Job> cancel(UUID job, Instant now) {
    Instant at = Sql.stored(now);
    return transactions.durably(
        c -> {
          Optional<Job> waited = cancelWaiting(c, job, at);
          if (waited.isPresent()) {
            return waited;
          }
          Optional<Job> ran = cancelRunning(c, job, at);
          return ran.isPresent() ? ran : Holding.end(c, job, ErrorCode.CANCELLED, MESSAGE, at);
        });
  }

  private static Optional<Job> cancelWaiting(Connection c, UUID job, Instant at)
      throws SQLException {
    try (Sql sql = Sql.of(c, CANCEL_WAITING)) {
      return end(sql.with(job), at, ErrorCode.CANCELLED, MESSAGE).stream().findFirst();
    }
  }

  private static Optional<Job> cancelRunning(Connection c, UUID job, Instant at)
      throws SQLException {
    try (Sql sql = Sql.of(c, CANCEL_RUNNING)) {
      sql.with(job).with(at).with(FailureClass.CANCELLED.name()).with(MESSAGE);
      return end(sql, at, ErrorCode.CANCELLED, MESSAGE).stream().findFirst();
    }
  }

  private static List<Job> end(Sql sql, Instant at, ErrorCode code, String message)
      throws SQLException {
    return sql.with(at).with(code.wireName()).with(message).rows(Rows::job);
  }

  Deletion delete(String tenant, UUID id, Instant now) {
    return transactions.durably(
        c -> {
          Optional<Job> found;
          try (Sql sql = Sql.of(c, ENDED)) {
            found = sql.with(id).with(tenant).rows(Rows::job).stream().findFirst();
          }
          if (found.isEmpty()) {
            return new Deletion.NotFound();
          }
          if (!found.get().status().terminal()) {
            return new Deletion.StillRunning(found.get());
          }
          try (Sql sql = Sql.of(c, FORGET)) {
            sql.with(Sql.stored(now)).with(id).update();
          }
          forgetTraces(c, List.of(id), TRACES);
          return new Deletion.Deleted(found.get());
        });
  }

  int forgetReusable(Instant expiredBefore, int limit) {
    return transactions.durableStatement(
        c -> {
          try (Sql sql = Sql.of(c, EXPIRED_REUSABLE)) {
            return sql.with(expiredBefore).with(limit).update();
          }
        });
  }

  /** Removes jobs that ended before then, oldest first; returns how many. */
  int prune(Instant endedBefore, int limit) {
    return transactions.durably(
        c -> {
          List<UUID> gone;
          try (Sql sql = Sql.of(c, OLD)) {
            gone =
                sql.with(Ids.lowest(endedBefore))
                    .with(endedBefore)
                    .with(limit)
                    .rows(row -> Rows.uuid(row, "id"));
          }
          forgetTraces(c, gone, TRACES);
          forgetTraces(c, gone, List.of("DELETE FROM attempt WHERE job_id = ANY(?::uuid[])"));
          return gone.size();
        });
  }

  private static void forgetTraces(Connection c, List<UUID> jobs, List<String> statements)
      throws SQLException {
    for (String statement : statements) {
      try (Sql sql = Sql.of(c, statement)) {
        sql.each("uuid", jobs, job -> job).update();
      }
    }
  }
}
