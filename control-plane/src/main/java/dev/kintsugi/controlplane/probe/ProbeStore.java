package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.probe.ProbeHistory;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What nodes' probes came to, in PostgreSQL, so that every replica and the next start know it. */
@Singleton
class ProbeStore {

  private final Transactions transactions;

  ProbeStore(Transactions transactions) {
    this.transactions = transactions;
  }

  List<StoredProbe> all() {
    return transactions.reading(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement("SELECT * FROM node_probe");
              ResultSet rows = select.executeQuery()) {
            List<StoredProbe> all = new ArrayList<>();
            while (rows.next()) {
              all.add(read(rows));
            }
            return all;
          }
        });
  }

  Optional<StoredProbe> find(String nodeId) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("SELECT * FROM node_probe WHERE node_id = ?")) {
            return only(select, nodeId);
          }
        });
  }

  /** Adds a node; one that is known stays as it is. */
  void begin(String nodeId, String service, ProbeHistory history) {
    transactions.relaxedStatement(
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO node_probe (node_id, service, next_at) VALUES (?, ?, ?)"
                      + " ON CONFLICT (node_id) DO UPDATE SET service = excluded.service")) {
            insert.setString(1, nodeId);
            insert.setString(2, service);
            insert.setObject(3, at(history.nextAt()));
            return insert.executeUpdate();
          }
        });
  }

  /**
   * Takes the right to probe a node.
   *
   * @return false when another replica has it, or has just probed
   */
  boolean take(String nodeId, String attemptId, Instant until, Instant now) {
    return transactions.durableStatement(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE node_probe SET attempt_id = ?, held_until = ?
                  WHERE node_id = ? AND next_at <= ?
                    AND (held_until IS NULL OR held_until <= ?)\
                  """)) {
            update.setString(1, attemptId);
            update.setObject(2, at(until));
            update.setString(3, nodeId);
            update.setObject(4, at(now));
            update.setObject(5, at(now));
            return update.executeUpdate() == 1;
          }
        });
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
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM node_probe WHERE next_at < ?")) {
            delete.setObject(1, at(before));
            return delete.executeUpdate();
          }
        });
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
          Optional<StoredProbe> row = lock(connection, nodeId).filter(current::apply);
          if (row.isEmpty()) {
            return Optional.empty();
          }
          ProbeHistory.Step step = decide.apply(row.get().history());
          StoredProbe next = rewrite.of(row.get(), step.history());
          write(connection, next);
          return Optional.of(new Changed(next, step.change()));
        });
  }

  private static Optional<StoredProbe> lock(Connection connection, String nodeId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT * FROM node_probe WHERE node_id = ? FOR UPDATE")) {
      return only(select, nodeId);
    }
  }

  private static Optional<StoredProbe> only(PreparedStatement select, String nodeId)
      throws SQLException {
    select.setString(1, nodeId);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? Optional.of(read(rows)) : Optional.empty();
    }
  }

  private static void write(Connection connection, StoredProbe probe) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE node_probe SET failures = ?, out_since = ?, next_at = ?, proven_at = ?,
              attempt_id = ?, held_until = ?, ended_at = ?, outcome = ?, message = ?
            WHERE node_id = ?\
            """)) {
      update.setInt(1, probe.history().failures());
      update.setObject(2, at(probe.history().outSince()));
      update.setObject(3, at(probe.history().nextAt()));
      update.setObject(4, at(probe.history().provenAt()));
      update.setString(5, probe.attemptId());
      update.setObject(6, at(probe.heldUntil()));
      update.setObject(7, at(probe.endedAt()));
      update.setString(8, probe.outcome() == null ? null : probe.outcome().wireName());
      update.setString(9, probe.message());
      update.setString(10, probe.nodeId());
      update.executeUpdate();
    }
  }

  private static StoredProbe read(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    return new StoredProbe(
        row.getString("node_id"),
        row.getString("service"),
        new ProbeHistory(
            row.getInt("failures"),
            instant(row, "out_since"),
            row.getObject("next_at", OffsetDateTime.class).toInstant(),
            instant(row, "proven_at")),
        row.getString("attempt_id"),
        instant(row, "held_until"),
        instant(row, "ended_at"),
        outcome == null ? null : ProbeResult.Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)),
        row.getString("message"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
