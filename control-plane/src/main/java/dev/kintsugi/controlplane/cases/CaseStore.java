package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.database.Sql.instant;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.core.ledger.FamilyStatus;
import dev.kintsugi.core.ledger.Fingerprint;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes rows of the ledger. */
@Singleton
final class CaseStore {

  private static final String INSERT =
      """
      INSERT INTO failure_case (id, family, kind, job_id, attempt_id, tenant, service, model,
        failure_class, attribution, rung, stage, message, node_id, revision, version, digest,
        trace_id, context, details, features, attempts, occurred_at, recorded_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb,
        ?::jsonb, ?, ?)
      ON CONFLICT (job_id, kind, coalesce(attempt_id, '')) DO NOTHING
      """;

  private static final String NEW_FAMILY =
      """
      INSERT INTO failure_family (id, root, signature, status, status_at, cases, first_seen,
        last_seen)
      VALUES (?, ?, ?::jsonb, 'open', ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING
      """;

  private static final String ONE_MORE =
      """
      UPDATE failure_family SET cases = cases + 1, first_seen = least(first_seen, ?),
        last_seen = greatest(last_seen, ?)
      WHERE id = ? RETURNING root
      """;

  private static final String ROOT =
      "SELECT id, status, status_at FROM failure_family WHERE id = ? FOR UPDATE";

  /** The guard lets rows go in this transaction only. */
  private static final String PRUNE =
      """
      WITH allowed AS (
        SELECT set_config('kintsugi.ledger_retention', 'on', true) AS set
      ), old AS MATERIALIZED (
        SELECT c.id, c.job_id FROM failure_case c, allowed
        WHERE allowed.set = 'on' AND occurred_at < ? ORDER BY occurred_at LIMIT ?
      ), gone AS (
        DELETE FROM failure_case c USING old WHERE c.id = old.id RETURNING c.id, c.job_id
      ), replays AS (
        DELETE FROM case_replay r USING old WHERE r.case_id = old.id RETURNING r.id, r.job_id
      ), verdicts AS (
        DELETE FROM case_replay_verdict v USING replays r WHERE v.replay_id = r.id
      ), evidence AS (
        DELETE FROM case_replay_evidence e USING replays r WHERE e.job_id = r.job_id
      ), inputs AS (
        DELETE FROM failure_input i USING gone g
        WHERE i.job_id = g.job_id AND NOT EXISTS (
          SELECT 1 FROM failure_case c
          WHERE c.job_id = g.job_id AND c.id NOT IN (SELECT id FROM old))
      )
      SELECT count(*) FROM gone
      """;

  private final Transactions transactions;

  CaseStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Keeps a case, counts it in its family and keeps the input, all or nothing.
   *
   * @return false when the case was kept before
   */
  boolean insert(StoredCase row, Fingerprint fingerprint, @Nullable JobParameters input) {
    return transactions.durably(connection -> insert(connection, row, fingerprint, input));
  }

  /** The same, in the transaction of the connection, which writes no other case. */
  static boolean insert(
      Connection connection, StoredCase row, Fingerprint fingerprint, @Nullable JobParameters input)
      throws SQLException {
    if (!insert(connection, row)) {
      return false;
    }
    count(connection, row, fingerprint);
    if (input != null) {
      insertInput(connection, row.jobId(), input);
    }
    return true;
  }

  private static boolean insert(Connection connection, StoredCase row) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      bind(
          statement,
          row.id(),
          row.family(),
          row.kind(),
          row.jobId(),
          row.attemptId(),
          row.tenant(),
          row.service(),
          row.model(),
          row.failureClass(),
          row.attribution(),
          row.rung(),
          row.stage(),
          row.message(),
          row.nodeId(),
          row.revision(),
          row.version(),
          row.digest(),
          row.traceId(),
          row.context() == null ? null : Json.write(row.context()),
          Json.write(row.details()),
          Json.write(row.features()),
          Json.write(row.attempts()),
          row.occurredAt(),
          row.recordedAt());
      return statement.executeUpdate() == 1;
    }
  }

  /**
   * One case a transaction, so that two families are never locked in two orders. A family that was
   * merged counts for itself, and it is the one it was merged into that comes back.
   */
  private static void count(Connection connection, StoredCase row, Fingerprint fingerprint)
      throws SQLException {
    FamilyStore.hold(connection);
    Sql.update(
        connection,
        NEW_FAMILY,
        row.family(),
        row.family(),
        Json.write(fingerprint),
        row.recordedAt(),
        row.occurredAt(),
        row.occurredAt());
    String root =
        Sql.rows(
                connection,
                ONE_MORE,
                one -> one.getString("root"),
                row.occurredAt(),
                row.occurredAt(),
                row.family())
            .getFirst();
    Optional<FamilyChange> undone =
        Sql.rows(connection, ROOT, family -> undone(family, row), root).getFirst();
    if (undone.isPresent()) {
      FamilyStore.apply(connection, undone.get());
    }
  }

  private static Optional<FamilyChange> undone(ResultSet family, StoredCase row)
      throws SQLException {
    FamilyStatus before = status(family.getString("status"));
    FamilyStatus after = before.afterCase(instant(family, "status_at"), row.occurredAt());
    return after == before
        ? Optional.empty()
        : Optional.of(
            FamilyChange.status(
                family.getString("id"),
                row.recordedAt(),
                before,
                after,
                FamilyChange.LEDGER,
                CaseIds.ofCase(row.id())));
  }

  private static void insertInput(Connection connection, String jobId, JobParameters input)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO failure_input (job_id, prompt, parameters) VALUES (?, ?, ?::jsonb)
            ON CONFLICT (job_id) DO NOTHING""")) {
      bind(statement, jobId, Json.text(input.prompt()), Json.write(input));
      statement.executeUpdate();
    }
  }

  /** Those of the attempts that a case is about. */
  Set<String> attemptsWithCase(Set<String> attempts) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT DISTINCT attempt_id FROM failure_case WHERE attempt_id = ANY(?)")) {
            statement.setArray(1, connection.createArrayOf("text", attempts.toArray()));
            Set<String> found = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(rows.getString(1));
              }
            }
            return found;
          }
        });
  }

  /**
   * Removes cases that happened before then, with their replays, and inputs that no case needs.
   *
   * @return how many cases; fewer than {@code limit} when none is left
   */
  int prune(Instant before, int limit) {
    return transactions.durably(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(PRUNE)) {
            bind(statement, before, limit);
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              return rows.getInt(1);
            }
          }
        });
  }

  /** Removes what the customer asked for; the cases stay. */
  void forgetInput(String jobId) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("DELETE FROM failure_input WHERE job_id = ?")) {
            statement.setString(1, jobId);
            return statement.executeUpdate();
          }
        });
  }

  /** Removes what all customers of a tenant asked for, as far as cases are of it; says how much. */
  long forgetInputs(String tenant) {
    return transactions.durably(
        connection ->
            Sql.update(
                connection,
                "DELETE FROM failure_input WHERE job_id IN"
                    + " (SELECT job_id FROM failure_case WHERE tenant = ?)",
                tenant));
  }

  static FamilyStatus status(String stored) {
    return FamilyStatus.valueOf(stored.toUpperCase(Locale.ROOT));
  }

  static void bind(PreparedStatement statement, @Nullable Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      Object value = values[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : values[i];
      statement.setObject(i + 1, value);
    }
  }
}
