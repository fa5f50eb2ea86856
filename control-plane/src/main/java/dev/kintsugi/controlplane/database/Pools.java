package dev.kintsugi.controlplane.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.Driver;

/** Connection pools that live through restarts of the database. */
final class Pools {

  private static final long WAIT_MS = 5_000;

  /**
   * One plan per statement, by index and nested loop. Tables that grow from nothing to a hundred
   * thousand rows and back within a minute have statistics that are always wrong, and a plan that
   * reads a whole table is then a matter of time.
   */
  private static final String PLANS =
      "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
          + " -c enable_hashjoin=off -c enable_mergejoin=off";

  private static final String RELAXED = " -c synchronous_commit=off";

  private Pools() {}

  /**
   * @param url asked before each new connection, because an embedded server may come back on
   *     another port
   * @param relaxed commits do not wait for the disk
   */
  static HikariDataSource open(
      String name, Supplier<String> url, Properties credentials, int size, boolean relaxed) {
    Properties properties = new Properties();
    properties.putAll(credentials);
    properties.setProperty("ApplicationName", name);
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("loginTimeout", "4");
    properties.setProperty("socketTimeout", "30");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("prepareThreshold", "3");
    properties.setProperty("options", PLANS + (relaxed ? RELAXED : ""));
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(new Source(url, properties));
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(2, size));
    config.setConnectionTimeout(WAIT_MS);
    config.setValidationTimeout(1_000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /**
   * Opens connections by the driver alone: the driver manager would hide the reason of a failure.
   */
  private record Source(Supplier<String> url, Properties properties) implements DataSource {

    @Override
    public Connection getConnection() throws SQLException {
      Connection connection = new Driver().connect(url.get(), properties);
      if (connection == null) {
        throw new SQLException("not a PostgreSQL URL: " + url.get(), "08001");
      }
      return connection;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
      return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
      return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
