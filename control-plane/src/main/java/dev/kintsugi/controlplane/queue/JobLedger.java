package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Every ended job, once. Whoever counts them does so in the transaction that marks them counted, so
 * that a job is neither missed nor counted twice, whatever dies when.
 */
@Singleton
public final class JobLedger {

  /** Any constant that nothing else in the database locks. */
  private static final long TURN = 0x6a6f622d656e6473L;

  private static final int BATCH = 5_000;

  private static final String NEW =
      """
      SELECT * FROM job_end WHERE job_id IN (
        SELECT job_id FROM job_end WHERE NOT counted ORDER BY ended_at LIMIT ?)
      """;

  private final Transactions transactions;

  public JobLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Counts ended jobs on the connection of the transaction that marks them. */
  @FunctionalInterface
  public interface Counting {
    void count(Connection connection, List<JobEnd> ended) throws SQLException;
  }

  private record Row(UUID id, JobEnd end) {}

  /**
   * Has the jobs counted that were not yet, oldest end first. One replica counts at a time.
   *
   * @return how many; 0 also while another replica counts
   */
  public int count(int limit, Counting counting) {
    return transactions.durably(
        c -> {
          if (!Sql.tryLock(c, TURN)) {
            return 0;
          }
          List<Row> rows = fresh(c, limit);
          if (!rows.isEmpty()) {
            counting.count(c, rows.stream().map(Row::end).toList());
            mark(c, rows);
          }
          return rows.size();
        });
  }

  /** Holds off every counting until the transaction of the connection ends. */
  public static void takeTurn(Connection c) throws SQLException {
    try (PreparedStatement lock = c.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
      lock.setLong(1, TURN);
      lock.execute();
    }
  }

  /**
   * Gives every job that was counted before once more, for somebody who starts anew; in the
   * transaction of the connection, which must have {@link #takeTurn taken the turn}.
   */
  public static void again(Connection c, String service, Instant from, Consumer<JobEnd> each)
      throws SQLException {
    try (PreparedStatement select =
        c.prepareStatement(
            "SELECT * FROM job_end WHERE service = ? AND ended_at >= ? AND counted")) {
      select.setFetchSize(BATCH);
      select.setString(1, service);
      select.setObject(2, from.atOffset(ZoneOffset.UTC));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          each.accept(end(rows));
        }
      }
    }
  }

  /** Forgets ends by age; returns how many, fewer than {@code limit} when none is left. */
  public int prune(Instant endedBefore, int limit) {
    return transactions.durableStatement(
        c -> {
          try (Sql sql =
              Sql.of(
                  c,
                  "DELETE FROM job_end WHERE job_id IN (SELECT job_id FROM job_end"
                      + " WHERE ended_at < ? AND counted ORDER BY ended_at LIMIT ?"
                      + " FOR UPDATE SKIP LOCKED)")) {
            return sql.with(endedBefore).with(limit).update();
          }
        });
  }

  private static List<Row> fresh(Connection c, int limit) throws SQLException {
    try (Sql sql = Sql.of(c, NEW)) {
      return new ArrayList<>(
          sql.with(limit).rows(row -> new Row(Rows.uuid(row, "job_id"), end(row))));
    }
  }

  private static void mark(Connection c, List<Row> rows) throws SQLException {
    try (Sql sql = Sql.of(c, "UPDATE job_end SET counted = true WHERE job_id = ANY(?::uuid[])")) {
      sql.each("uuid", rows, Row::id).update();
    }
  }

  private static JobEnd end(ResultSet row) throws SQLException {
    return new JobEnd(
        row.getString("service"),
        row.getString("tenant"),
        row.getString("revision"),
        row.getString("pool"),
        JobEnd.Outcome.valueOf(row.getString("outcome").toUpperCase(Locale.ROOT)),
        row.getBoolean("degraded"),
        row.getString("ladder_step"),
        row.getDouble("pixels"),
        Sql.instant(row, "created_at"),
        Sql.instant(row, "ended_at"),
        row.getDouble("gpu_seconds"),
        row.getDouble("delivered_seconds"),
        row.getObject("cost_usd", Double.class),
        row.getObject("delivered_usd", Double.class));
  }
}
