package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.probe.ProbeHistory;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What nodes' probes came to, in PostgreSQL, so that every replica and the next start know it. */
@Singleton
class ProbeStore {

  private final Transactions transactions;

  ProbeStore(Transactions transactions) {
    this.transactions = transactions;
  }

  List<StoredProbe> all() {
    return transactions.reading(c -> Sql.rows(c, "SELECT * FROM node_probe", ProbeStore::read));
  }

  Optional<StoredProbe> find(String nodeId) {
    return transactions.reading(c -> only(c, "SELECT * FROM node_probe WHERE node_id = ?", nodeId));
  }

  /** Adds a node; one that is known stays as it is. */
  void begin(String nodeId, String service, ProbeHistory history) {
    transactions.relaxedStatement(
        c ->
            Sql.update(
                c,
                "INSERT INTO node_probe (node_id, service, next_at) VALUES (?, ?, ?)"
                    + " ON CONFLICT (node_id) DO UPDATE SET service = excluded.service",
                nodeId,
                service,
                history.nextAt()));
  }

  /**
   * Takes the right to probe a node.
   *
   * @return false when another replica has it, or has just probed
   */
  boolean take(String nodeId, String attemptId, Instant until, Instant now) {
    return transactions.durableStatement(
        c ->
            Sql.update(
                    c,
                    """
                    UPDATE node_probe SET attempt_id = ?, held_until = ?
                    WHERE node_id = ? AND next_at <= ?
                      AND (held_until IS NULL OR held_until <= ?)\
                    """,
                    attemptId,
                    until,
                    nodeId,
                    now,
                    now)
                == 1);
  }

  /** A row and what its change meant. */
  record Changed(StoredProbe probe, ProbeHistory.Change change) {}

  /**
   * Writes down how a probe ended.
   *
   * @return empty when the probe is not the node's current one any more
   */
  Optional<Changed> end(
      String nodeId,
      String attemptId,
      ProbeResult result,
      Function<ProbeHistory, ProbeHistory.Step> decide,
      Instant now) {
    return change(
        nodeId,
        row -> attemptId.equals(row.attemptId()),
        decide,
        (row, history) ->
            new StoredProbe(
                nodeId,
                row.service(),
                history,
                null,
                null,
                now,
                result.outcome(),
                switch (result.outcome()) {
                  case PASSED -> null;
                  case FAILED -> result.message();
                  case YIELDED -> row.message();
                }));
  }

  /** Writes down that a node completed a customer's job; empty when it is not known. */
  Optional<Changed> proven(String nodeId, Instant now) {
    return change(
        nodeId,
        row -> true,
        history -> history.proven(now),
        (row, history) ->
            new StoredProbe(
                nodeId,
                row.service(),
                history,
                row.attemptId(),
                row.heldUntil(),
                row.endedAt(),
                row.outcome(),
                null));
  }

  /** Forgets nodes that were not probed since then; returns how many. */
  int forget(Instant before) {
    return transactions.relaxedStatement(
        c -> Sql.update(c, "DELETE FROM node_probe WHERE next_at < ?", before));
  }

  private interface Rewrite {
    StoredProbe of(StoredProbe row, ProbeHistory history);
  }

  private Optional<Changed> change(
      String nodeId,
      Function<StoredProbe, Boolean> current,
      Function<ProbeHistory, ProbeHistory.Step> decide,
      Rewrite rewrite) {
    return transactions.durably(
        connection -> {
          Optional<StoredProbe> row =
              only(connection, "SELECT * FROM node_probe WHERE node_id = ? FOR UPDATE", nodeId)
                  .filter(current::apply);
          if (row.isEmpty()) {
            return Optional.empty();
          }
          ProbeHistory.Step step = decide.apply(row.get().history());
          StoredProbe next = rewrite.of(row.get(), step.history());
          write(connection, next);
          return Optional.of(new Changed(next, step.change()));
        });
  }

  private static Optional<StoredProbe> only(Connection connection, String query, String nodeId)
      throws SQLException {
    return Sql.rows(connection, query, ProbeStore::read, nodeId).stream().findFirst();
  }

  private static void write(Connection connection, StoredProbe probe) throws SQLException {
    Sql.update(
        connection,
        """
        UPDATE node_probe SET failures = ?, out_since = ?, next_at = ?, proven_at = ?,
          attempt_id = ?, held_until = ?, ended_at = ?, outcome = ?, message = ?
        WHERE node_id = ?\
        """,
        probe.history().failures(),
        probe.history().outSince(),
        probe.history().nextAt(),
        probe.history().provenAt(),
        probe.attemptId(),
        probe.heldUntil(),
        probe.endedAt(),
        probe.outcome() == null ? null : probe.outcome().wireName(),
        probe.message(),
        probe.nodeId());
  }

  private static StoredProbe read(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    return new StoredProbe(
        row.getString("node_id"),
        row.getString("service"),
        new ProbeHistory(
            row.getInt("failures"),
            Sql.instantOrNull(row, "out_since"),
            Sql.instant(row, "next_at"),
            Sql.instantOrNull(row, "proven_at")),
        row.getString("attempt_id"),
        Sql.instantOrNull(row, "held_until"),
        Sql.instantOrNull(row, "ended_at"),
        outcome == null ? null : ProbeResult.Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)),
        row.getString("message"));
  }
}
