package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.protocol.ledger.CaseReplay;
import dev.kintsugi.protocol.node.FailureContext;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Replays, what was seen of them, and what was judged. */
@Singleton
final class ReplayStore {

  private static final String SELECT =
      """
      SELECT r.*, v.verdict, v.reason, v.replayed, v.judged_at
      FROM case_replay r LEFT JOIN case_replay_verdict v ON v.replay_id = r.id
      """;

  private final Transactions transactions;

  ReplayStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @param queueKey the queue's name of where it may run
   * @param run how the attempt is run
   * @param verdict null until judged
   */
  record Replay(
      UUID id,
      UUID caseId,
      String jobId,
      String queueKey,
      ReplayRun run,
      String requestedBy,
      Instant requestedAt,
      @Nullable Verdict verdict) {}

  record Verdict(String verdict, String reason, CaseReplay.Side replayed, Instant at) {}

  /** A failure of a replay's attempt. */
  record Evidence(
      String failureClass, String nodeId, String message, @Nullable FailureContext context) {}

  void insert(Replay replay) {
    update(
        """
        INSERT INTO case_replay (id, case_id, job_id, queue_key, run, requested_by, requested_at)
        VALUES (?, ?, ?, ?, ?::jsonb, ?, ?)""",
        replay.id(),
        replay.caseId(),
        replay.jobId(),
        replay.queueKey(),
        Json.write(replay.run()),
        replay.requestedBy(),
        replay.requestedAt());
  }

  Optional<Replay> find(UUID caseId, UUID id) {
    return rows(SELECT + "WHERE r.case_id = ? AND r.id = ?", ReplayStore::replay, caseId, id)
        .stream()
        .findFirst();
  }

  /** Oldest first. */
  List<Replay> ofCase(UUID caseId) {
    return rows(SELECT + "WHERE r.case_id = ? ORDER BY r.id", ReplayStore::replay, caseId);
  }

  /** Jobs of replays of a job's cases. */
  List<String> jobsOf(String jobId) {
    return jobs("c.job_id = ?", jobId);
  }

  /** Jobs of replays of a tenant's cases. */
  List<String> jobsOfTenant(String tenant) {
    return jobs("c.tenant = ?", tenant);
  }

  private List<String> jobs(String of, String value) {
    return rows(
        "SELECT r.job_id FROM case_replay r JOIN failure_case c ON c.id = r.case_id WHERE " + of,
        row -> row.getString(1),
        value);
  }

  /** Those without a verdict, oldest first. */
  List<Replay> open(int limit) {
    return rows(
        SELECT + "WHERE v.replay_id IS NULL ORDER BY r.id LIMIT ?", ReplayStore::replay, limit);
  }

  /** How the attempt of a replay's job is run; empty for every other job. */
  Optional<ReplayRun> run(String jobId) {
    return rows(
            "SELECT run FROM case_replay WHERE job_id = ?",
            row -> Json.read(row.getString(1), ReplayRun.class),
            jobId)
        .stream()
        .findFirst();
  }

  boolean owns(String jobId) {
    return !rows("SELECT 1 FROM case_replay WHERE job_id = ?", row -> 1, jobId).isEmpty();
  }

  /** Keeps how a replay's attempt failed, once; what is about the job as a whole adds nothing. */
  void addEvidence(NewCase seen) {
    if (seen.attemptId() == null) {
      return;
    }
    update(
        """
        INSERT INTO case_replay_evidence
          (attempt_id, job_id, failure_class, node_id, message, context, at)
        VALUES (?, ?, ?, ?, ?, ?::jsonb, ?) ON CONFLICT (attempt_id) DO NOTHING""",
        seen.attemptId(),
        seen.jobId(),
        seen.failureClass(),
        seen.nodeId(),
        Json.text(seen.message()),
        seen.context() == null ? null : Json.write(seen.context()),
        seen.at());
  }

  Optional<Evidence> evidence(String jobId) {
    return rows(
            "SELECT * FROM case_replay_evidence WHERE job_id = ? ORDER BY at LIMIT 1",
            row -> {
              String context = row.getString("context");
              return new Evidence(
                  row.getString("failure_class"),
                  row.getString("node_id"),
                  row.getString("message"),
                  context == null ? null : Json.read(context, FailureContext.class));
            },
            jobId)
        .stream()
        .findFirst();
  }

  /** The first verdict stays. */
  void judge(UUID replay, Verdict verdict) {
    update(
        """
        INSERT INTO case_replay_verdict (replay_id, verdict, reason, replayed, judged_at)
        VALUES (?, ?, ?, ?::jsonb, ?) ON CONFLICT (replay_id) DO NOTHING""",
        replay,
        verdict.verdict(),
        verdict.reason(),
        Json.write(verdict.replayed()),
        verdict.at());
  }

  private void update(String sql, @Nullable Object... values) {
    transactions.durably(connection -> Sql.update(connection, sql, values));
  }

  private <T> List<T> rows(String sql, Sql.Mapper<T> mapper, Object... values) {
    return transactions.reading(connection -> Sql.rows(connection, sql, mapper, values));
  }

  private static Replay replay(ResultSet row) throws SQLException {
    String verdict = row.getString("verdict");
    return new Replay(
        row.getObject("id", UUID.class),
        row.getObject("case_id", UUID.class),
        row.getString("job_id"),
        row.getString("queue_key"),
        Json.read(row.getString("run"), ReplayRun.class),
        row.getString("requested_by"),
        instant(row, "requested_at"),
        verdict == null
            ? null
            : new Verdict(
                verdict,
                row.getString("reason"),
                Json.read(row.getString("replayed"), CaseReplay.Side.class),
                instant(row, "judged_at")));
  }
}
