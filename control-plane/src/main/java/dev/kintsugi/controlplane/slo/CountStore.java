package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.slo.Counts;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Tally;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Counted events in PostgreSQL. */
@Singleton
class CountStore {

  private static final String ADD =
      """
       DO UPDATE SET events = t.events + excluded.events, bad = t.bad + excluded.bad,
        value_sum = t.value_sum + excluded.value_sum,
        value_count = t.value_count + excluded.value_count
      """;

  private static final String ADD_TOTALS =
      """
      INSERT INTO slo_total AS t
          (objective, grain, start, events, bad, value_sum, value_count)
        SELECT * FROM unnest(?::int8[], ?::int2[], ?::timestamptz[], ?::int8[], ?::float8[],
          ?::float8[], ?::int8[])
      ON CONFLICT (objective, grain, start)"""
          + ADD;

  private static final String ADD_SLICES =
      """
      INSERT INTO slo_slice AS t
          (objective, dimension, part, start, events, bad, value_sum, value_count)
        SELECT * FROM unnest(?::int8[], ?::text[], ?::text[], ?::timestamptz[], ?::int8[],
          ?::float8[], ?::float8[], ?::int8[])
      ON CONFLICT (objective, dimension, part, start)"""
          + ADD;

  private static final String ADD_BUCKETS =
      """
      INSERT INTO slo_bucket AS t (objective, start, bucket, events)
        SELECT * FROM unnest(?::int8[], ?::timestamptz[], ?::int4[], ?::int8[])
      ON CONFLICT (objective, start, bucket) DO UPDATE SET events = t.events + excluded.events
      """;

  /** A part of an objective's window. */
  record Part(String dimension, String part, Tally tally) {}

  private final Transactions transactions;

  CountStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Adds a batch, in the transaction of the connection. */
  static void add(Connection c, Batch batch) throws SQLException {
    var totals = batch.totals().entrySet();
    if (totals.isEmpty()) {
      return;
    }
    try (PreparedStatement insert = c.prepareStatement(ADD_TOTALS)) {
      var columns =
          new Columns<>(c, insert, totals)
              .with("int8", e -> e.getKey().objective())
              .with("int2", e -> e.getKey().grain().ordinal())
              .with("timestamptz", e -> e.getKey().start());
      tallies(columns).write();
    }
    var slices = batch.slices().entrySet();
    try (PreparedStatement insert = c.prepareStatement(ADD_SLICES)) {
      var columns =
          new Columns<>(c, insert, slices)
              .with("int8", e -> e.getKey().objective())
              .with("text", e -> e.getKey().dimension())
              .with("text", e -> e.getKey().part())
              .with("timestamptz", e -> e.getKey().start());
      tallies(columns).write();
    }
    try (PreparedStatement insert = c.prepareStatement(ADD_BUCKETS)) {
      new Columns<>(c, insert, batch.buckets().entrySet())
          .with("int8", e -> e.getKey().objective())
          .with("timestamptz", e -> e.getKey().start())
          .with("int4", e -> e.getKey().bucket())
          .with("int8", Map.Entry::getValue)
          .write();
    }
  }

  private static <K> Columns<Map.Entry<K, Tally>> tallies(Columns<Map.Entry<K, Tally>> columns)
      throws SQLException {
    return columns
        .with("int8", e -> e.getValue().events())
        .with("float8", e -> e.getValue().bad())
        .with("float8", e -> e.getValue().valueSum())
        .with("int8", e -> e.getValue().values());
  }

  /** What every window of an objective up to the longest is made of. */
  Counts counts(long objective, Duration longest, Instant now) {
    return transactions.reading(
        c -> {
          Counts counts = Counts.empty();
          try (PreparedStatement select =
              c.prepareStatement(
                  "SELECT grain, start, events, bad, value_sum, value_count FROM slo_total"
                      + " WHERE objective = ? AND (grain = 0 AND start >= ?"
                      + " OR grain = 1 AND start >= ?)")) {
            select.setLong(1, objective);
            time(select, 2, Grain.begin(Grain.MINUTES_UP_TO, now));
            time(select, 3, Grain.HOUR.floor(now.minus(longest)));
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                counts.add(
                    Grain.values()[rows.getInt("grain")],
                    rows.getObject("start", OffsetDateTime.class).toInstant(),
                    tally(rows));
              }
            }
          }
          return counts;
        });
  }

  /** The objective's window by revision, pool and tenant, the largest part first. */
  List<Part> parts(long objective, Instant from, int limit) {
    return transactions.reading(
        c -> {
          List<Part> parts = new ArrayList<>();
          try (PreparedStatement select =
              c.prepareStatement(
                  "SELECT dimension, part, sum(events)::int8 AS events, sum(bad) AS bad,"
                      + " sum(value_sum) AS value_sum, sum(value_count)::int8 AS value_count"
                      + " FROM slo_slice WHERE objective = ? AND start >= ?"
                      + " GROUP BY dimension, part ORDER BY events DESC, dimension, part"
                      + " LIMIT ?")) {
            select.setLong(1, objective);
            time(select, 2, from);
            select.setInt(3, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                parts.add(
                    new Part(rows.getString("dimension"), rows.getString("part"), tally(rows)));
              }
            }
          }
          return parts;
        });
  }

  /** Events by bucket of their value. */
  NavigableMap<Integer, Long> buckets(long objective, Instant from) {
    return transactions.reading(
        c -> {
          NavigableMap<Integer, Long> buckets = new TreeMap<>();
          try (PreparedStatement select =
              c.prepareStatement(
                  "SELECT bucket, sum(events)::int8 FROM slo_bucket"
                      + " WHERE objective = ? AND start >= ? GROUP BY bucket")) {
            select.setLong(1, objective);
            time(select, 2, from);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                buckets.put(rows.getInt(1), rows.getLong(2));
              }
            }
          }
          return buckets;
        });
  }

  /** Forgets steps that no window reaches any more. */
  void prune(Instant minutesBefore, Instant hoursBefore) {
    transactions.relaxed(
        c -> {
          delete(c, "DELETE FROM slo_total WHERE grain = 0 AND start < ?", minutesBefore);
          delete(c, "DELETE FROM slo_total WHERE grain = 1 AND start < ?", hoursBefore);
          delete(c, "DELETE FROM slo_slice WHERE start < ?", hoursBefore);
          return delete(c, "DELETE FROM slo_bucket WHERE start < ?", hoursBefore);
        });
  }

  /** Deletes what began before then. */
  static int delete(Connection c, String text, Instant before) throws SQLException {
    try (PreparedStatement delete = c.prepareStatement(text)) {
      time(delete, 1, before);
      return delete.executeUpdate();
    }
  }

  private static Tally tally(ResultSet row) throws SQLException {
    return new Tally(
        row.getLong("events"),
        row.getDouble("bad"),
        row.getDouble("value_sum"),
        row.getLong("value_count"));
  }

  static void time(PreparedStatement statement, int place, Instant at) throws SQLException {
    statement.setObject(place, at.atOffset(ZoneOffset.UTC));
  }
}
