package dev.kintsugi.controlplane.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fleet state in PostgreSQL. */
@Singleton
class FleetStore {

  private final Transactions transactions;
  private final ObjectMapper json;

  FleetStore(Transactions transactions, ObjectMapper json) {
    this.transactions = transactions;
    this.json = json;
  }

  /** What a push did, and the version in force after it. */
  record Push(Acceptance acceptance, FleetVersion inForce) {}

  /** Stores a state unless it is older than, or the same as, what is stored. */
  Push put(String namespace, String name, ServiceState state, Instant now) {
    FleetVersion incoming = version(state);
    String body = write(state);
    return transactions.durably(
        connection -> {
          takeTurn(connection);
          Optional<FleetVersion> stored = stored(connection, namespace, name);
          Acceptance acceptance = judge(connection, stored, incoming);
          if (acceptance != Acceptance.STORE) {
            return new Push(acceptance, stored.orElse(incoming));
          }
          if (stored.isPresent() && !stored.get().uid().equals(state.uid())) {
            retire(connection, stored.get().uid(), now);
          }
          upsert(connection, namespace, name, state, body, now);
          announce(connection);
          return new Push(Acceptance.STORE, incoming);
        });
  }

  /**
   * Forgets a service for good; a push of the same uid is stale from here on, whether or not one
   * was kept.
   *
   * @param uid only this one is deleted; null deletes whichever is there
   * @return true when the service was there
   */
  boolean delete(String namespace, String name, @Nullable String uid, Instant now) {
    return transactions.durably(
        connection -> {
          takeTurn(connection);
          Optional<FleetVersion> stored = stored(connection, namespace, name);
          if (uid != null) {
            // Also where it is not there: its push may be on its way, at another replica.
            retire(connection, uid, now);
          }
          if (stored.isEmpty() || (uid != null && !stored.get().uid().equals(uid))) {
            return false;
          }
          retire(connection, stored.get().uid(), now);
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM fleet_service WHERE namespace = ? AND name = ?")) {
            delete.setString(1, namespace);
            delete.setString(2, name);
            delete.executeUpdate();
          }
          announce(connection);
          return true;
        });
  }

  /** Grows with each change of any service. */
  long changeNumber() {
    return transactions.reading(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT number FROM fleet_change");
              ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getLong(1);
          }
        });
  }

  /** Every stored service. */
  List<RegisteredService> all() {
    return transactions.reading(
        connection -> {
          List<RegisteredService> services = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT namespace, name, state FROM fleet_service");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              services.add(
                  new RegisteredService(
                      rows.getString(1),
                      rows.getString(2),
                      read(rows.getString(3), ServiceState.class),
                      false));
            }
          }
          return services;
        });
  }

  /** What was last reported of each service's model. */
  Map<String, ModelReport> reports() {
    return transactions.reading(
        connection -> {
          Map<String, ModelReport> reports = new HashMap<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT service,"
                          + " jsonb_build_object('limits', limits, 'step_seconds', step_seconds)"
                          + " FROM fleet_model");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              reports.put(rows.getString(1), read(rows.getString(2), ModelReport.class));
            }
          }
          return reports;
        });
  }

  /** Keeps a report. Losing the newest one costs nothing, so the commit does not wait. */
  void keep(String service, ModelReport report) {
    transactions.relaxed(
        connection -> {
          try (PreparedStatement upsert =
              connection.prepareStatement(
                  "INSERT INTO fleet_model (service, limits, step_seconds)"
                      + " VALUES (?, ?::jsonb, ?::jsonb) ON CONFLICT (service) DO UPDATE"
                      + " SET limits = excluded.limits, step_seconds = excluded.step_seconds")) {
            upsert.setString(1, service);
            upsert.setString(2, write(report.limits()));
            upsert.setString(3, write(report.stepSeconds()));
            return upsert.executeUpdate();
          }
        });
  }

  private static Acceptance judge(
      Connection connection, Optional<FleetVersion> stored, FleetVersion incoming)
      throws SQLException {
    if (retired(connection, incoming.uid())) {
      return Acceptance.STALE;
    }
    return stored.map(version -> version.judge(incoming)).orElse(Acceptance.STORE);
  }

  private static void takeTurn(Connection connection) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement("SELECT number FROM fleet_change FOR UPDATE")) {
      lock.execute();
    }
  }

  private static void announce(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE fleet_change SET number = number + 1")) {
      update.executeUpdate();
    }
  }

  private static Optional<FleetVersion> stored(Connection connection, String namespace, String name)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT uid, generation, sequence FROM fleet_service"
                + " WHERE namespace = ? AND name = ?")) {
      select.setString(1, namespace);
      select.setString(2, name);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? Optional.of(new FleetVersion(rows.getString(1), rows.getLong(2), rows.getLong(3)))
            : Optional.empty();
      }
    }
  }

  private static boolean retired(Connection connection, String uid) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM fleet_retired WHERE uid = ?")) {
      select.setString(1, uid);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static void retire(Connection connection, String uid, Instant now) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO fleet_retired (uid, retired_at) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, uid);
      insert.setTimestamp(2, Timestamp.from(now));
      insert.executeUpdate();
    }
  }

  private static void upsert(
      Connection connection,
      String namespace,
      String name,
      ServiceState state,
      String body,
      Instant now)
      throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO fleet_service"
                + " (namespace, name, uid, generation, sequence, state, stored_at)"
                + " VALUES (?, ?, ?, ?, ?, ?::jsonb, ?) ON CONFLICT (namespace, name) DO UPDATE"
                + " SET uid = excluded.uid, generation = excluded.generation,"
                + " sequence = excluded.sequence, state = excluded.state,"
                + " stored_at = excluded.stored_at")) {
      upsert.setString(1, namespace);
      upsert.setString(2, name);
      upsert.setString(3, state.uid());
      upsert.setLong(4, state.generation());
      upsert.setLong(5, state.sequence());
      upsert.setString(6, body);
      upsert.setTimestamp(7, Timestamp.from(now));
      upsert.executeUpdate();
    }
  }

  private static FleetVersion version(ServiceState state) {
    return new FleetVersion(state.uid(), state.generation(), state.sequence());
  }

  private <T> T read(String body, Class<T> type) {
    try {
      return json.readValue(body, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored fleet state is not readable: " + e.getMessage(), e);
    }
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("fleet state cannot be written: " + e.getMessage(), e);
    }
  }
}
