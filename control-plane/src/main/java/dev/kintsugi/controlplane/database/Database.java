package dev.kintsugi.controlplane.database;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open database: its pools and, when embedded, its server. */
public final class Database implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HikariDataSource durable;
  private final HikariDataSource relaxed;
  private final @Nullable EmbeddedPostgres server;

  private Database(
      HikariDataSource durable, HikariDataSource relaxed, @Nullable EmbeddedPostgres server) {
    this.durable = durable;
    this.relaxed = relaxed;
    this.server = server;
  }

  /**
   * Starts the embedded server or connects to the external one, and brings the schema up to date.
   *
   * @throws DatabaseException when that is not possible, with the reason in one line
   */
  public static Database open(DatabaseSettings settings, EmbeddedSettings embedded) {
    EmbeddedPostgres server = settings.embedded() ? EmbeddedPostgres.start(embedded) : null;
    Supplier<String> url = server == null ? settings::url : () -> server.url("postgres");
    Properties credentials = new Properties();
    credentials.setProperty("user", server == null ? settings.username() : server.username());
    credentials.setProperty("password", server == null ? settings.password() : server.password());
    int size = Math.max(settings.poolSize(), 3);
    Database database =
        new Database(
            Pools.open("kintsugi", url, credentials, size, false),
            Pools.open("kintsugi-relaxed", url, credentials, Math.max(size / 2, 2), true),
            server);
    try {
      database.migrate();
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Connections whose commits wait for the disk. */
  public DataSource dataSource() {
    return durable;
  }

  public Transactions transactions() {
    return new Transactions(durable, relaxed);
  }

  /** The embedded server; null when the database is external. */
  public @Nullable EmbeddedPostgres server() {
    return server;
  }

  @Override
  public void close() {
    relaxed.close();
    durable.close();
    if (server != null) {
      server.close();
    }
  }

  /** An external server may start after us; a wrong password will not get better by waiting. */
  private void migrate() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        Migrations.apply(durable);
        return;
      } catch (SQLException e) {
        if (refused(e) || System.nanoTime() - end > 0) {
          throw new DatabaseException("cannot connect to the database: " + rootMessage(e), e);
        }
        LOG.warn("waiting for the database: {}", rootMessage(e));
      }
    }
  }

  private static boolean refused(SQLException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof PSQLException refusal
          && refusal.getSQLState() != null
          && (refusal.getSQLState().startsWith("28") || refusal.getSQLState().startsWith("3D"))) {
        return true;
      }
    }
    return false;
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
  }
}
