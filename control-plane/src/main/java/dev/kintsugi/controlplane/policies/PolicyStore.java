package dev.kintsugi.controlplane.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Policies in PostgreSQL. */
@Singleton
class PolicyStore {

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x706f6c6963696573L;

  private static final String PUT =
      """
      INSERT INTO prompt_policy (namespace, name, uid, generation, body, stored_at)
      VALUES (?, ?, ?, ?, ?::jsonb, ?)
      ON CONFLICT (namespace, name) DO UPDATE SET uid = excluded.uid,
        generation = excluded.generation, body = excluded.body, stored_at = excluded.stored_at
      """;

  private final Transactions transactions;
  private final ObjectMapper json;

  PolicyStore(Transactions transactions, ObjectMapper json) {
    this.transactions = transactions;
    this.json = json;
  }

  /** What a push did, and the version that is kept after it. */
  record Push(Acceptance acceptance, FleetVersion kept) {}

  /** Keeps a policy unless it is older than, or the same as, what is kept. */
  Push put(String namespace, String name, PromptPolicyState pushed, Instant now) {
    FleetVersion incoming = new FleetVersion(pushed.uid(), pushed.generation(), 0);
    String body = write(pushed);
    return transactions.durably(
        c -> {
          takeTurn(c);
          Optional<FleetVersion> kept = kept(c, namespace, name);
          Acceptance acceptance =
              retired(c, pushed.uid())
                  ? Acceptance.STALE
                  : kept.map(known -> known.judge(incoming)).orElse(Acceptance.STORE);
          if (acceptance != Acceptance.STORE) {
            return new Push(acceptance, kept.orElse(incoming));
          }
          if (kept.isPresent() && !kept.get().uid().equals(pushed.uid())) {
            retire(c, kept.get().uid(), now);
          }
          Sql.update(c, PUT, namespace, name, pushed.uid(), pushed.generation(), body, now);
          return new Push(acceptance, incoming);
        });
  }

  /**
   * Forgets a policy for good; a push of the same uid is stale from here on, whether or not one was
   * kept.
   *
   * @param uid only this one is deleted; null deletes whichever is there
   */
  void delete(String namespace, String name, @Nullable String uid, Instant now) {
    transactions.durably(
        c -> {
          takeTurn(c);
          Optional<FleetVersion> kept = kept(c, namespace, name);
          if (uid != null) {
            // Also where it is not there: its push may be on its way, at another replica.
            retire(c, uid, now);
          }
          if (kept.isPresent() && (uid == null || kept.get().uid().equals(uid))) {
            retire(c, kept.get().uid(), now);
            return Sql.update(
                c, "DELETE FROM prompt_policy WHERE namespace = ? AND name = ?", namespace, name);
          }
          return 0;
        });
  }

  /** Every policy, by namespace and name. */
  List<StoredPolicy> all() {
    return transactions.reading(this::all);
  }

  /** The same, in the transaction of the connection. */
  List<StoredPolicy> all(Connection c) throws SQLException {
    return Sql.rows(c, "SELECT * FROM prompt_policy ORDER BY namespace, name", this::policy);
  }

  private static void takeTurn(Connection c) throws SQLException {
    Sql.lock(c, TURN);
  }

  private static Optional<FleetVersion> kept(Connection c, String namespace, String name)
      throws SQLException {
    return Sql.rows(
            c,
            "SELECT uid, generation FROM prompt_policy WHERE namespace = ? AND name = ?",
            row -> new FleetVersion(row.getString(1), row.getLong(2), 0),
            namespace,
            name)
        .stream()
        .findFirst();
  }

  private static boolean retired(Connection c, String uid) throws SQLException {
    return !Sql.rows(c, "SELECT 1 FROM prompt_policy_retired WHERE uid = ?", row -> true, uid)
        .isEmpty();
  }

  private static void retire(Connection c, String uid, Instant now) throws SQLException {
    Sql.update(
        c,
        "INSERT INTO prompt_policy_retired (uid, retired_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        uid,
        now);
  }

  private StoredPolicy policy(ResultSet row) throws SQLException {
    return new StoredPolicy(
        row.getString("namespace"), row.getString("name"), read(row.getString("body")));
  }

  private PromptPolicyState read(String body) {
    try {
      return json.readValue(body, PromptPolicyState.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored policy is not readable: " + e.getMessage(), e);
    }
  }

  private String write(PromptPolicyState pushed) {
    try {
      return json.writeValueAsString(pushed);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a policy cannot be written: " + e.getMessage(), e);
    }
  }
}
