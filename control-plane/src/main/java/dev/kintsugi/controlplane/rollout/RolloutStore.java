package dev.kintsugi.controlplane.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.rollout.Decision.Stage;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
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
import java.util.Optional;

/** Decisions on rollouts in PostgreSQL: a row for each change, none is ever altered. */
@Singleton
final class RolloutStore {

  private static final String OF_TRY = " WHERE service = ? AND rollout = ? AND started_at = ?";

  /** A rollback is in force however many rows came after it. */
  private static final String IN_FORCE =
      "SELECT * FROM rollout_decision"
          + OF_TRY
          + " ORDER BY verdict = 'ROLLBACK' DESC, id DESC LIMIT 1";

  private static final String TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";

  private static final String INSERT =
      """
      INSERT INTO rollout_decision (service, rollout, started_at, at, stable, canary, step, steps,
        promoted, weight, verdict, reason, evidence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
      """;

  private static final String WEIGHT_SINCE =
      "SELECT min(at) FROM rollout_decision"
          + OF_TRY
          + " AND id > coalesce((SELECT max(id) FROM rollout_decision"
          + OF_TRY
          + " AND weight <> ?), 0)";

  private static final String NEWEST =
      """
      SELECT * FROM (
        SELECT DISTINCT ON (service, rollout) * FROM rollout_decision
        WHERE service LIKE ? ESCAPE '\\' ORDER BY service, rollout, id DESC
      ) newest ORDER BY at DESC, id DESC LIMIT 500
      """;

  private final Transactions transactions;
  private final ObjectMapper json;

  RolloutStore(Transactions transactions, ObjectMapper json) {
    this.transactions = transactions;
    this.json = json;
  }

  /** The rollback of a try, or else its newest decision. */
  Optional<Decision> inForce(RolloutKey key) {
    return transactions.reading(connection -> inForce(connection, key));
  }

  /**
   * Keeps a decision unless it repeats the one in force or the try was rolled back. Replicas take
   * turns, so one of them keeps it.
   *
   * @return false when nothing was kept
   */
  boolean keep(Decision decision) {
    String evidence = write(decision.evidence());
    return transactions.durably(
        connection -> {
          takeTurn(connection, decision.key());
          Optional<Decision> before = inForce(connection, decision.key());
          if (before.isPresent() && (before.get().rollback() || decision.repeats(before.get()))) {
            return false;
          }
          insert(connection, decision, evidence);
          return true;
        });
  }

  /** Since when the canary has the weight it has in this try; empty before the first decision. */
  Optional<Instant> weightSince(RolloutKey key, int weight) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(WEIGHT_SINCE)) {
            bind(select, 1, key);
            bind(select, 4, key);
            select.setInt(7, weight);
            try (ResultSet rows = select.executeQuery()) {
              rows.next();
              return Optional.ofNullable(rows.getObject(1, OffsetDateTime.class))
                  .map(OffsetDateTime::toInstant);
            }
          }
        });
  }

  /**
   * The newest decision of each of the 500 rollouts that were decided on last.
   *
   * @param namespace only of its services; empty for all
   */
  List<Decision> newest(String namespace) {
    String pattern =
        namespace.isEmpty() ? "%" : namespace.replaceAll("([%_\\\\])", "\\\\$1") + "/%";
    return transactions.reading(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(NEWEST)) {
            select.setString(1, pattern);
            return rows(select);
          }
        });
  }

  /** Every decision of a rollout, oldest first. */
  List<Decision> history(String service, String rollout) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT * FROM rollout_decision WHERE service = ? AND rollout = ? ORDER BY id")) {
            select.setString(1, service);
            select.setString(2, rollout);
            return rows(select);
          }
        });
  }

  private Optional<Decision> inForce(Connection connection, RolloutKey key) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(IN_FORCE)) {
      bind(select, 1, key);
      return rows(select).stream().findFirst();
    }
  }

  private static void takeTurn(Connection connection, RolloutKey key) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(TAKE_TURN)) {
      lock.setString(1, key.service() + " " + key.rollout());
      lock.execute();
    }
  }

  private static void insert(Connection connection, Decision decision, String evidence)
      throws SQLException {
    Stage stage = decision.stage();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      bind(insert, 1, decision.key());
      insert.setObject(4, decision.at().atOffset(ZoneOffset.UTC));
      insert.setString(5, stage.stable());
      insert.setString(6, stage.canary());
      insert.setInt(7, stage.step());
      insert.setInt(8, stage.steps());
      insert.setBoolean(9, stage.promoted());
      insert.setInt(10, stage.weight());
      insert.setString(11, decision.evidence().verdict());
      insert.setString(12, decision.evidence().reason());
      insert.setString(13, evidence);
      insert.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, int first, RolloutKey key)
      throws SQLException {
    statement.setString(first, key.service());
    statement.setString(first + 1, key.rollout());
    statement.setString(first + 2, key.startedAt());
  }

  private List<Decision> rows(PreparedStatement select) throws SQLException {
    List<Decision> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(decision(row));
      }
    }
    return found;
  }

  private Decision decision(ResultSet row) throws SQLException {
    return new Decision(
        new RolloutKey(
            row.getString("service"), row.getString("rollout"), row.getString("started_at")),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        new Stage(
            row.getString("stable"),
            row.getString("canary"),
            row.getInt("step"),
            row.getInt("steps"),
            row.getBoolean("promoted"),
            row.getInt("weight")),
        read(row.getString("evidence")));
  }

  private RolloutEvidence read(String body) {
    try {
      return json.readValue(body, RolloutEvidence.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored rollout evidence is not readable", e);
    }
  }

  private String write(RolloutEvidence evidence) {
    try {
      return json.writeValueAsString(evidence);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("rollout evidence cannot be written", e);
    }
  }
}
