package dev.kintsugi.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.UpdateSummaryOutputEnum;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.ui.LoggerUIService;

/** Brings the schema up to date. */
public final class Migrations {

  /** Any constant that nothing else in the database locks. */
  private static final long LOCK = 0x6b696e7473756769L;

  private static final String CHANGELOG = "db/changelog/changelog.yaml";

  /** Held, so that its level is not lost with the logger. */
  private static final Logger QUIET = Logger.getLogger("liquibase");

  private Migrations() {}

  /**
   * Replicas take turns by a lock that dies with its connection; Liquibase's own lock row would
   * outlive a killed replica, so whoever holds ours breaks it.
   */
  public static void apply(DataSource source) throws SQLException {
    try (Connection turn = source.getConnection();
        Connection work = source.getConnection()) {
      run(turn, "SELECT pg_advisory_lock(" + LOCK + ")");
      try {
        update(work);
      } finally {
        run(turn, "SELECT pg_advisory_unlock(" + LOCK + ")");
      }
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) {
      throw new DatabaseException("cannot bring the schema up to date: " + e.getMessage(), e);
    }
  }

  private static void update(Connection work) throws Exception {
    QUIET.setLevel(Level.WARNING);
    var database =
        DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(work));
    try (Liquibase liquibase =
        new Liquibase(CHANGELOG, new ClassLoaderResourceAccessor(), database)) {
      liquibase.setShowSummary(UpdateSummaryEnum.OFF);
      liquibase.setShowSummaryOutput(UpdateSummaryOutputEnum.LOG);
      Scope.child(
          Scope.Attr.ui,
          new LoggerUIService(),
          () -> {
            liquibase.forceReleaseLocks();
            liquibase.update(new Contexts(), new LabelExpression());
          });
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
