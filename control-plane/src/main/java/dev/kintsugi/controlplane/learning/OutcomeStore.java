package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.learning.Interception.Group;
import dev.kintsugi.core.learning.PromptEvents.Step;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.slo.Grain;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What rules did with prompts and how the others ended, by step of time, in PostgreSQL. */
@Singleton
class OutcomeStore {

  /** In the place of a rule where none acted. */
  static final long NO_RULE = 0;

  private static final String ADD =
      """
      INSERT INTO prompt_outcome AS t
          (service, grain, start, rule_id, stage, stopped, failed, good)
        SELECT * FROM unnest(?::text[], ?::int2[], ?::timestamptz[], ?::int8[], ?::text[],
          ?::int8[], ?::int8[], ?::int8[])
        ORDER BY 1, 2, 3, 4, 5
      ON CONFLICT (service, grain, start, rule_id, stage) DO UPDATE SET
        stopped = t.stopped + excluded.stopped, failed = t.failed + excluded.failed,
        good = t.good + excluded.good
      """;

  private static final String GROUPS =
      """
      SELECT service, rule_id, stage, sum(stopped)::int8 AS stopped, sum(failed)::int8 AS failed,
        sum(good)::int8 AS good
      FROM prompt_outcome WHERE grain = 1 AND start >= ? GROUP BY service, rule_id, stage
      ORDER BY service, rule_id, stage
      """;

  private static final String STEPS =
      """
      SELECT * FROM prompt_outcome
      WHERE service = ? AND (grain = 0 AND start >= ? OR grain = 1 AND start >= ?)
      """;

  private final Transactions transactions;

  OutcomeStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Under which something is counted. */
  record Key(String service, Grain grain, Instant start, long rule, RuleStage stage) {

    static List<Key> of(String service, Instant at, long rule, RuleStage stage) {
      List<Key> keys = new ArrayList<>();
      for (Grain grain : Grain.values()) {
        keys.add(new Key(service, grain, grain.floor(at), rule, stage));
      }
      return keys;
    }
  }

  /** How many of each. */
  record Sums(long stopped, long failed, long good) {

    Sums plus(Sums other) {
      return new Sums(stopped + other.stopped, failed + other.failed, good + other.good);
    }
  }

  /** Adds sums, in the transaction of the connection. */
  static void add(Connection c, Map<Key, Sums> sums) throws SQLException {
    if (sums.isEmpty()) {
      return;
    }
    List<Map.Entry<Key, Sums>> rows = List.copyOf(sums.entrySet());
    try (Sql sql = Sql.of(c, ADD)) {
      sql.each("text", rows, row -> row.getKey().service())
          .each("int2", rows, row -> row.getKey().grain().ordinal())
          .each("timestamptz", rows, row -> row.getKey().start())
          .each("int8", rows, row -> row.getKey().rule())
          .each("text", rows, row -> row.getKey().stage().wireName())
          .each("int8", rows, row -> row.getValue().stopped())
          .each("int8", rows, row -> row.getValue().failed())
          .each("int8", rows, row -> row.getValue().good())
          .update();
    }
  }

  /** Sums since a whole hour, by service. */
  Map<String, List<Group>> groups(Instant from) {
    Map<String, List<Group>> groups = new TreeMap<>();
    transactions.reading(
        c ->
            Sql.rows(
                c,
                GROUPS,
                row ->
                    groups
                        .computeIfAbsent(row.getString("service"), service -> new ArrayList<>())
                        .add(group(row)),
                from));
    return groups;
  }

  /** Steps of a service, minutes since one time and hours since another. */
  List<Step> steps(String service, Instant minutes, Instant hours) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                STEPS,
                row ->
                    new Step(
                        Grain.values()[row.getInt("grain")], Sql.instant(row, "start"), group(row)),
                service,
                minutes,
                hours));
  }

  /** Forgets steps that no window reaches any more. */
  void prune(Instant minutesBefore, Instant hoursBefore) {
    transactions.relaxed(
        c -> {
          Sql.update(c, "DELETE FROM prompt_outcome WHERE grain = 0 AND start < ?", minutesBefore);
          return Sql.update(
              c, "DELETE FROM prompt_outcome WHERE grain = 1 AND start < ?", hoursBefore);
        });
  }

  private static Group group(ResultSet row) throws SQLException {
    long rule = row.getLong("rule_id");
    return new Group(
        rule == NO_RULE ? "" : RuleViews.id(rule),
        RuleStage.fromWire(row.getString("stage")).orElseThrow(),
        row.getLong("stopped"),
        row.getLong("failed"),
        row.getLong("good"));
  }
}
