package dev.kintsugi.controlplane.learning;

import static dev.kintsugi.controlplane.database.Sql.instant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.learning.StoredRule.Found;
import dev.kintsugi.controlplane.learning.WrittenSteps.Entry;
import dev.kintsugi.controlplane.learning.WrittenSteps.Step;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules and every change of them, in PostgreSQL. */
@Singleton
class RuleStore {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ADD =
      """
      INSERT INTO prompt_rule (service, features, origin, found, created_at, stage, since, pinned,
        matched, failed, doubt, last_seen)
      VALUES (?, ?::text[], ?, ?::jsonb, ?, ?, ?, ?, 0, 0, 0, ?)
      ON CONFLICT (service, features) DO NOTHING RETURNING *
      """;

  private static final String SET =
      """
      UPDATE prompt_rule SET stage = ?, since = ?, pinned = ?, matched = ?, failed = ?, doubt = ?,
        last_seen = greatest(last_seen, ?)
      WHERE id = ?
      """;

  private static final String FOUND =
      "UPDATE prompt_rule SET found = ?::jsonb WHERE id = ? RETURNING *";

  private static final String LOG =
      """
      INSERT INTO prompt_rule_change (rule_id, at, actor, from_stage, to_stage, pinned, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """;

  /** What a person or a policy says of a rule holds for good, so it stays. */
  private static final String OLD =
      """
      SELECT id FROM prompt_rule
      WHERE origin = 'mined' AND stage = 'retired' AND NOT pinned AND policy IS NULL AND since < ?
      ORDER BY id FOR UPDATE
      """;

  /** Every change of a row gives it a later transaction, so that the sum never stays the same. */
  private static final String MARK =
      "SELECT concat_ws('/', count(*), sum(xmin::text::bigint)) FROM prompt_rule";

  private final Transactions transactions;
  private volatile Known known = new Known("", List.of());

  RuleStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Rules as they were read last.
   *
   * @param mark what tells whether any changed since
   */
  private record Known(String mark, List<StoredRule> rules) {}

  /** All of them, the newest first; for who asks often: read again only when any changed. */
  List<StoredRule> all() {
    String mark = transactions.reading(c -> Sql.rows(c, MARK, row -> row.getString(1)).getFirst());
    Known last = known;
    if (!last.mark().equals(mark)) {
      last = new Known(mark, list(null));
      known = last;
    }
    return last.rules();
  }

  /** Of one service, or of all when it is null; the newest first. */
  List<StoredRule> list(@Nullable String service) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT * FROM prompt_rule WHERE ?::text IS NULL OR service = ? ORDER BY id DESC",
                RuleStore::rule,
                service,
                service));
  }

  Optional<StoredRule> find(long id) {
    return transactions.reading(
        c ->
            Sql.rows(c, "SELECT * FROM prompt_rule WHERE id = ?", RuleStore::rule, id).stream()
                .findFirst());
  }

  List<Change> changes(long id) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT * FROM prompt_rule_change WHERE rule_id = ? ORDER BY at, ctid",
                RuleStore::change,
                id));
  }

  /** Those that may move, as they are now. */
  static List<StoredRule> active(Connection c) throws SQLException {
    return Sql.rows(
        c, "SELECT * FROM prompt_rule WHERE stage <> 'retired' ORDER BY id", RuleStore::rule);
  }

  /**
   * Those of them that still may move, as they are now; nobody else changes them until the
   * transaction ends.
   */
  static List<StoredRule> lockActive(Connection c, List<StoredRule> some) throws SQLException {
    if (some.isEmpty()) {
      return List.of();
    }
    try (Sql sql =
        Sql.of(
            c,
            "SELECT * FROM prompt_rule WHERE id = ANY(?) AND stage <> 'retired'"
                + " ORDER BY id FOR UPDATE")) {
      return sql.each("int8", some, StoredRule::id).rows(RuleStore::rule);
    }
  }

  /** All of them; nobody else changes them until the transaction ends. */
  static List<StoredRule> lockAll(Connection c) throws SQLException {
    return Sql.rows(c, "SELECT * FROM prompt_rule ORDER BY id FOR UPDATE", RuleStore::rule);
  }

  /** Empty when the service has a rule of these features already. */
  Optional<StoredRule> add(
      String service, List<String> features, @Nullable Found found, RuleState state, Change why) {
    return transactions.durably(c -> add(c, service, features, found, state, why));
  }

  static Optional<StoredRule> add(
      Connection c,
      String service,
      List<String> features,
      @Nullable Found found,
      RuleState state,
      Change why)
      throws SQLException {
    Optional<StoredRule> added;
    try (Sql sql = Sql.of(c, ADD)) {
      added =
          sql
              .with(service)
              .each("text", features, feature -> feature)
              .with(found == null ? "manual" : "mined")
              .with(found == null ? null : write(found))
              .with(why.at())
              .with(state.stage().wireName())
              .with(state.since())
              .with(state.pinned())
              .with(why.at())
              .rows(RuleStore::rule)
              .stream()
              .findFirst();
    }
    if (added.isPresent()) {
      log(c, added.get().id(), why);
    }
    return added;
  }

  /** Sets a rule as its policy says, or lets it go; in the transaction of the connection. */
  static void apply(Connection c, Step step, Instant now) throws SQLException {
    Optional<StoredRule> rule = Optional.ofNullable(step.rule());
    RuleState next = step.next(now);
    if (rule.isPresent()) {
      set(c, rule.get().with(next, step.entry() == null ? rule.get().lastSeen() : now));
      log(c, rule.get().id(), step.change(now));
    } else {
      rule = add(c, step.service(), step.features(), null, next, step.change(now));
    }
    if (rule.isPresent()) {
      Entry entry = step.entry();
      Sql.update(
          c,
          "UPDATE prompt_rule SET policy = ?, policy_entry = ? WHERE id = ?",
          entry == null ? null : entry.policy(),
          entry == null ? null : entry.text(),
          rule.get().id());
    }
  }

  /**
   * Moves a rule to a stage, or pins it or not in the one it has.
   *
   * @param rule as the caller saw it
   * @param why since when, too
   * @return as it is now; empty when it was moved, pinned or let go meanwhile
   */
  Optional<StoredRule> move(StoredRule rule, RuleStage stage, boolean pinned, Change why) {
    return transactions.durably(c -> move(c, rule, stage, pinned, why));
  }

  /**
   * Makes a retired rule a candidate again.
   *
   * @param rule as the caller saw it
   * @param found now; a rule that a person wrote stays one
   * @return as {@link #move}
   */
  Optional<StoredRule> again(StoredRule rule, Found found, Change why) {
    return transactions.durably(
        c -> {
          Optional<StoredRule> moved = move(c, rule, RuleStage.CANDIDATE, false, why);
          return moved.isEmpty() || moved.get().found() == null
              ? moved
              : Sql.rows(c, FOUND, RuleStore::rule, write(found), rule.id()).stream().findFirst();
        });
  }

  private static Optional<StoredRule> move(
      Connection c, StoredRule rule, RuleStage stage, boolean pinned, Change why)
      throws SQLException {
    Optional<StoredRule> moved =
        Sql.rows(c, "SELECT * FROM prompt_rule WHERE id = ? FOR UPDATE", RuleStore::rule, rule.id())
            .stream()
            .filter(now -> now.state().follows(rule.state()))
            .map(now -> now.with(now.state().as(stage, pinned, why.at()), now.lastSeen()))
            .findFirst();
    if (moved.isPresent()) {
      set(c, moved.get());
      log(c, rule.id(), why);
    }
    return moved;
  }

  static void set(Connection c, StoredRule rule) throws SQLException {
    RuleState state = rule.state();
    Sql.update(
        c,
        SET,
        state.stage().wireName(),
        state.since(),
        state.pinned(),
        state.matched(),
        state.failed(),
        state.doubt(),
        rule.lastSeen(),
        rule.id());
  }

  static void log(Connection c, long rule, Change change) throws SQLException {
    Sql.update(
        c,
        LOG,
        rule,
        change.at(),
        change.actor(),
        change.from(),
        change.to(),
        change.pinned(),
        change.reason());
  }

  /** Prompts were kept from a GPU, in the transaction of the connection. */
  static void stopped(Connection c, long id, long prompts, Instant last) throws SQLException {
    Sql.update(
        c,
        "UPDATE prompt_rule SET stopped = stopped + ?, last_seen = greatest(last_seen, ?)"
            + " WHERE id = ?",
        prompts,
        last,
        id);
  }

  /**
   * Removes mined rules that retired before then, with their changes; returns how many. Mining
   * finds them anew where they are true again.
   */
  int prune(Instant retiredBefore) {
    return transactions.durably(
        c -> {
          List<Long> old = Sql.rows(c, OLD, row -> row.getLong(1), retiredBefore);
          try (Sql changes = Sql.of(c, "DELETE FROM prompt_rule_change WHERE rule_id = ANY(?)");
              Sql rules = Sql.of(c, "DELETE FROM prompt_rule WHERE id = ANY(?)")) {
            changes.each("int8", old, id -> id).update();
            return rules.each("int8", old, id -> id).update();
          }
        });
  }

  private static StoredRule rule(ResultSet row) throws SQLException {
    String found = row.getString("found");
    return new StoredRule(
        row.getLong("id"),
        row.getString("service"),
        Arrays.asList((String[]) row.getArray("features").getArray()),
        row.getString("policy"),
        row.getString("policy_entry"),
        found == null ? null : read(found),
        instant(row, "created_at"),
        new RuleState(
            RuleStage.fromWire(row.getString("stage")).orElseThrow(),
            instant(row, "since"),
            row.getBoolean("pinned"),
            row.getLong("matched"),
            row.getLong("failed"),
            row.getDouble("doubt")),
        instant(row, "last_seen"),
        row.getLong("stopped"));
  }

  private static Change change(ResultSet row) throws SQLException {
    return new Change(
        instant(row, "at"),
        row.getString("actor"),
        row.getString("from_stage"),
        row.getString("to_stage"),
        row.getBoolean("pinned"),
        row.getString("reason"));
  }

  private static String write(Found found) {
    try {
      return JSON.writeValueAsString(found);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures of a rule cannot be stored", e);
    }
  }

  private static Found read(String json) {
    try {
      return JSON.readValue(json, Found.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures of a rule cannot be read", e);
    }
  }
}
