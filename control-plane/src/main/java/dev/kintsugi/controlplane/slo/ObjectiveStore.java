package dev.kintsugi.controlplane.slo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.JobLedger;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Objectives in PostgreSQL. */
@Singleton
class ObjectiveStore {

  private static final Duration STEP = Duration.ofHours(1);

  private final Transactions transactions;
  private final ObjectMapper json;

  ObjectiveStore(Transactions transactions, ObjectMapper json) {
    this.transactions = transactions;
    this.json = json;
  }

  /** What a push did, and the version in force after it. */
  record Push(Acceptance acceptance, FleetVersion inForce) {}

  /**
   * Puts an objective in force, unless it is older than, or the same as, what is. A new or changed
   * one is counted from the ledger within the same transaction, so it is never seen half counted.
   */
  Push put(String namespace, String name, ServiceObjective pushed, Instant now) {
    FleetVersion incoming = new FleetVersion(pushed.uid(), pushed.generation(), 0);
    return transactions.durably(
        c -> {
          JobLedger.takeTurn(c);
          Optional<FleetVersion> stored = version(c, namespace, name);
          Acceptance acceptance =
              retired(c, pushed.uid())
                  ? Acceptance.STALE
                  : stored.map(known -> known.judge(incoming)).orElse(Acceptance.STORE);
          if (acceptance != Acceptance.STORE) {
            return new Push(acceptance, stored.orElse(incoming));
          }
          if (stored.isPresent() && !stored.get().uid().equals(pushed.uid())) {
            retire(c, stored.get().uid(), now);
          }
          remove(c, namespace, name);
          count(
              c,
              StoredObjective.of(insert(c, namespace, name, pushed, now), namespace, name, pushed),
              now);
          return new Push(Acceptance.STORE, incoming);
        });
  }

  /**
   * Forgets an objective for good; a push of the same uid is stale from here on, whether or not one
   * was kept.
   *
   * @param uid only this one is deleted; null deletes whichever is there
   * @return true when the objective was there
   */
  boolean delete(String namespace, String name, @Nullable String uid, Instant now) {
    return transactions.durably(
        c -> {
          JobLedger.takeTurn(c);
          Optional<FleetVersion> stored = version(c, namespace, name);
          if (uid != null) {
            // Also where it is not there: its push may be on its way, at another replica.
            retire(c, uid, now);
          }
          if (stored.isPresent() && (uid == null || stored.get().uid().equals(uid))) {
            retire(c, stored.get().uid(), now);
            remove(c, namespace, name);
            return true;
          }
          return false;
        });
  }

  /** Every objective, by namespace and name. */
  List<StoredObjective> all() {
    return transactions.reading(this::all);
  }

  /** As {@link #all()}, in the transaction of the connection. */
  List<StoredObjective> all(Connection c) throws SQLException {
    List<StoredObjective> found = new ArrayList<>();
    try (PreparedStatement select =
            c.prepareStatement(
                "SELECT id, namespace, name, body FROM slo_objective ORDER BY namespace, name");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(
            StoredObjective.of(
                rows.getLong(1), rows.getString(2), rows.getString(3), read(rows.getString(4))));
      }
    }
    return found;
  }

  /**
   * Adds what was looked at, unless another replica did so within the same while.
   *
   * @return true when it was added
   */
  boolean look(StoredObjective objective, Batch batch, Instant now, Duration every) {
    return transactions.relaxed(
        c -> {
          try (PreparedStatement update =
              c.prepareStatement(
                  "UPDATE slo_objective SET looked_at = ?"
                      + " WHERE id = ? AND (looked_at IS NULL OR looked_at <= ?)")) {
            CountStore.time(update, 1, now);
            update.setLong(2, objective.id());
            CountStore.time(update, 3, now.minus(every));
            if (update.executeUpdate() == 0) {
              return false;
            }
          }
          CountStore.add(c, batch);
          return true;
        });
  }

  /**
   * Counts an objective anew from the ledger; for counts that were lost or are doubted.
   *
   * @return events counted
   */
  long recount(StoredObjective objective, Instant now) {
    return transactions.durably(
        c -> {
          JobLedger.takeTurn(c);
          for (String table : List.of("slo_total", "slo_slice", "slo_bucket")) {
            try (PreparedStatement delete =
                c.prepareStatement("DELETE FROM " + table + " WHERE objective = ?")) {
              delete.setLong(1, objective.id());
              delete.executeUpdate();
            }
          }
          return count(c, objective, now);
        });
  }

  /** Returns how many events there are. */
  private static long count(Connection c, StoredObjective objective, Instant now)
      throws SQLException {
    Batch batch = new Batch();
    if (!objective.objective().indicator().kind().ofJobs()) {
      return 0;
    }
    Instant from = now.minus(objective.objective().window()).minus(STEP);
    JobLedger.again(c, objective.service(), from, job -> batch.add(objective, job));
    CountStore.add(c, batch);
    return batch.events();
  }

  private static Optional<FleetVersion> version(Connection c, String namespace, String name)
      throws SQLException {
    try (PreparedStatement select =
        c.prepareStatement(
            "SELECT uid, generation FROM slo_objective WHERE namespace = ? AND name = ?")) {
      select.setString(1, namespace);
      select.setString(2, name);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? Optional.of(new FleetVersion(rows.getString(1), rows.getLong(2), 0))
            : Optional.empty();
      }
    }
  }

  private long insert(
      Connection c, String namespace, String name, ServiceObjective pushed, Instant now)
      throws SQLException {
    try (PreparedStatement insert =
        c.prepareStatement(
            "INSERT INTO slo_objective (namespace, name, uid, generation, service, body,"
                + " stored_at) VALUES (?, ?, ?, ?, ?, ?::jsonb, ?) RETURNING id")) {
      insert.setString(1, namespace);
      insert.setString(2, name);
      insert.setString(3, pushed.uid());
      insert.setLong(4, pushed.generation());
      insert.setString(5, namespace + "/" + pushed.service());
      insert.setString(6, write(pushed));
      CountStore.time(insert, 7, now);
      try (ResultSet rows = insert.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private static void remove(Connection c, String namespace, String name) throws SQLException {
    try (PreparedStatement delete =
        c.prepareStatement("DELETE FROM slo_objective WHERE namespace = ? AND name = ?")) {
      delete.setString(1, namespace);
      delete.setString(2, name);
      delete.executeUpdate();
    }
  }

  private static boolean retired(Connection c, String uid) throws SQLException {
    try (PreparedStatement select = c.prepareStatement("SELECT 1 FROM slo_retired WHERE uid = ?")) {
      select.setString(1, uid);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static void retire(Connection c, String uid, Instant now) throws SQLException {
    try (PreparedStatement insert =
        c.prepareStatement(
            "INSERT INTO slo_retired (uid, retired_at) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, uid);
      CountStore.time(insert, 2, now);
      insert.executeUpdate();
    }
  }

  private ServiceObjective read(String body) {
    try {
      return json.readValue(body, ServiceObjective.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored objective is not readable: " + e.getMessage(), e);
    }
  }

  private String write(ServiceObjective pushed) {
    try {
      return json.writeValueAsString(pushed);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an objective cannot be written: " + e.getMessage(), e);
    }
  }
}
