package dev.kintsugi.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Runs work in short transactions.
 *
 * <p>A deadlock or a serialization failure is tried again at once: it was rolled back whole. A lost
 * or refused connection becomes {@link DatabaseUnavailableException}, because the outcome of the
 * commit is then unknown.
 */
public final class Transactions {

  private static final int TRIES = 5;
  private static final int READ_TRIES = 2;
  private static final Set<String> ROLLED_BACK = Set.of("40001", "40P01");

  private final DataSource durable;
  private final DataSource relaxed;

  /**
   * @param durable connections whose commits wait for the disk
   * @param relaxed connections whose commits do not: the last fraction of a second of their work
   *     may be lost, whole transactions at a time, when PostgreSQL itself dies
   */
  public Transactions(DataSource durable, DataSource relaxed) {
    this.durable = durable;
    this.relaxed = relaxed;
  }

  /** Work on a connection; may run more than once, so it must have no other effect. */
  @FunctionalInterface
  public interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** What the work wrote is on disk when this returns. */
  public <T> T durably(Work<T> work) {
    return run(durable, work, true);
  }

  /** As {@link #durably} for work that is one statement: saves two of three round trips. */
  public <T> T durableStatement(Work<T> statement) {
    return run(durable, statement, false);
  }

  /** As {@link #relaxed} for work that is one statement: saves two of three round trips. */
  public <T> T relaxedStatement(Work<T> statement) {
    return run(relaxed, statement, false);
  }

  /** What the work wrote may be lost in the next fraction of a second, never in part. */
  public <T> T relaxed(Work<T> work) {
    return run(relaxed, work, true);
  }

  /** Statements that only read, each on its own; tried again when the database restarts. */
  public <T> T reading(Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = durable.getConnection()) {
        return work.on(connection);
      } catch (SQLException e) {
        if (attempt == READ_TRIES || !unavailable(e)) {
          throw translate(e);
        }
      }
    }
  }

  private static <T> T run(DataSource source, Work<T> work, boolean explicit) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = source.getConnection()) {
        return explicit ? inTransaction(connection, work) : work.on(connection);
      } catch (SQLException e) {
        if (attempt == TRIES || !ROLLED_BACK.contains(state(e))) {
          throw translate(e);
        }
      }
    }
  }

  private static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      T result = work.on(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      rollback(connection, e);
      throw e;
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static RuntimeException translate(SQLException e) {
    if (unavailable(e)) {
      return new DatabaseUnavailableException("the database does not answer: " + e.getMessage(), e);
    }
    return new DatabaseException("the database refused a statement: " + e.getMessage(), e);
  }

  /** Class 08 is a broken connection, 57P0x a server that shuts down or starts, 53300 too many. */
  private static boolean unavailable(SQLException e) {
    String state = state(e);
    return e instanceof SQLTransientConnectionException
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.equals("53300");
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }
}
