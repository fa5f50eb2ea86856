package dev.kintsugi.controlplane.database;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A statement being filled in, left to right. */
public final class Sql implements AutoCloseable {

  /** Reads one row. */
  @FunctionalInterface
  public interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final PreparedStatement statement;
  private int next = 1;

  private Sql(Connection connection, PreparedStatement statement) {
    this.connection = connection;
    this.statement = statement;
  }

  public static Sql of(Connection connection, String text) throws SQLException {
    return new Sql(connection, connection.prepareStatement(text));
  }

  /** Reads every row of a query. */
  public static <T> List<T> rows(
      Connection connection, String text, Mapper<T> mapper, @Nullable Object... values)
      throws SQLException {
    try (Sql sql = filled(connection, text, values)) {
      return sql.rows(mapper);
    }
  }

  /** Changes rows, and says how many. */
  public static int update(Connection connection, String text, @Nullable Object... values)
      throws SQLException {
    try (Sql sql = filled(connection, text, values)) {
      return sql.update();
    }
  }

  /** Takes a lock until the end of the transaction; false while another connection has it. */
  public static boolean tryLock(Connection connection, long lock) throws SQLException {
    return rows(connection, "SELECT pg_try_advisory_xact_lock(?)", row -> row.getBoolean(1), lock)
        .getFirst();
  }

  /** Waits for a lock, and keeps it until the end of the transaction. */
  public static void lock(Connection connection, long lock) throws SQLException {
    rows(connection, "SELECT pg_advisory_xact_lock(?)", row -> true, lock);
  }

  /** Waits for a lock that others may share, and keeps it until the end of the transaction. */
  public static void lockShared(Connection connection, long lock) throws SQLException {
    rows(connection, "SELECT pg_advisory_xact_lock_shared(?)", row -> true, lock);
  }

  private static Sql filled(Connection connection, String text, @Nullable Object... values)
      throws SQLException {
    Sql sql = of(connection, text);
    for (Object value : values) {
      sql.with(value);
    }
    return sql;
  }

  /** The instant of a column that has one. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** The instant of a column; null where that is. */
  public static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }

  public Sql with(@Nullable Object value) throws SQLException {
    Object bound = value instanceof Instant at ? utc(at) : value;
    statement.setObject(next++, bound);
    return this;
  }

  /** An array parameter made of one field of each input. */
  public <T> Sql each(String type, List<T> inputs, Function<T, @Nullable Object> field)
      throws SQLException {
    Object[] values = new Object[inputs.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = field.apply(inputs.get(i));
      values[i] = value instanceof Instant at ? utc(at) : value;
    }
    Array array = connection.createArrayOf(type, values);
    statement.setArray(next++, array);
    return this;
  }

  public int update() throws SQLException {
    return statement.executeUpdate();
  }

  public <T> List<T> rows(Mapper<T> mapper) throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(mapper.map(rows));
      }
    }
    return found;
  }

  /** Reads the rows of two statements sent as one. */
  public void bothRows(Mapper<?> first, Mapper<?> second) throws SQLException {
    statement.execute();
    read(first);
    statement.getMoreResults();
    read(second);
  }

  private void read(Mapper<?> mapper) throws SQLException {
    try (ResultSet rows = statement.getResultSet()) {
      while (rows.next()) {
        var unused = mapper.map(rows);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }

  /** The finest instant the database keeps. */
  public static Instant stored(Instant at) {
    return at.truncatedTo(ChronoUnit.MICROS);
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
