package dev.kintsugi.controlplane.slo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.function.Function;

/** Rows given to a statement as one array for each column, left to right. */
final class Columns<T> {

  private final Connection connection;
  private final PreparedStatement statement;
  private final Collection<T> rows;
  private int next = 1;

  Columns(Connection connection, PreparedStatement statement, Collection<T> rows) {
    this.connection = connection;
    this.statement = statement;
    this.rows = rows;
  }

  Columns<T> with(String type, Function<T, Object> column) throws SQLException {
    Object[] values =
        rows.stream()
            .map(column)
            .map(value -> value instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : value)
            .toArray();
    statement.setArray(next++, connection.createArrayOf(type, values));
    return this;
  }

  void write() throws SQLException {
    statement.executeUpdate();
  }
}
