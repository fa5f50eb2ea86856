package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.EmbeddedPostgres;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.database.Transactions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * A migrated database of a test class's own, on one real PostgreSQL per test JVM. That server runs
 * without fsync: tests of durability start their own {@link EmbeddedPostgres}. An external server
 * is used instead when {@code KINTSUGI_TEST_POSTGRES} names one, such as {@code
 * jdbc:postgresql://127.0.0.1:5432/}, with {@code _USERNAME} and {@code _PASSWORD} of a superuser.
 */
public final class TestDatabase implements AutoCloseable {

  /** Of this process: others may use the same server. */
  private static final String PREFIX = "test_" + ProcessHandle.current().pid() + "_";

  private static final String TEMPLATE = PREFIX + "template";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Database database;

  private TestDatabase(String name) {
    this.name = name;
    this.database = open(name);
  }

  /** Copies the migrated template: a fraction of a second. */
  public static TestDatabase create() {
    String name = PREFIX + COUNT.incrementAndGet();
    // Writing it through the log, the default, takes twice the time.
    Server.execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE + " STRATEGY FILE_COPY");
    return new TestDatabase(name);
  }

  public DataSource dataSource() {
    return database.dataSource();
  }

  public Transactions transactions() {
    return database.transactions();
  }

  /** Micronaut properties that make an application use this database. */
  public Map<String, Object> properties() {
    return Map.of(
        "kintsugi.database.url", Server.url(name),
        "kintsugi.database.username", Server.ACCESS.username(),
        "kintsugi.database.password", Server.ACCESS.password());
  }

  /** Settings of another replica on this database. */
  public DatabaseSettings settings() {
    return settings(name);
  }

  /** Runs one statement. */
  public void execute(String sql) {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of the first row. */
  public long number(String sql) {
    try (Connection connection = dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    database.close();
    Server.execute("DROP DATABASE " + name + " WITH (FORCE)");
  }

  /** Where tests unpack PostgreSQL's programs, once per machine. */
  public static Path binaries() {
    return Path.of(
        System.getProperty("java.io.tmpdir"),
        "kintsugi-test-postgres-" + System.getProperty("user.name"));
  }

  private static Database open(String name) {
    return Database.open(settings(name), EmbeddedSettings.in(Path.of("unused")));
  }

  private static DatabaseSettings settings(String name) {
    return new DatabaseSettings(
        Server.url(name), Server.ACCESS.username(), Server.ACCESS.password(), 12);
  }

  /** Where the server is, and who may make databases there. */
  private record Access(String root, String username, String password) {}

  /** Started by the first test that needs it, stopped with the JVM. */
  private static final class Server {
    static final Access ACCESS = access();

    static {
      execute("CREATE DATABASE " + TEMPLATE);
      Database.open(
              new DatabaseSettings(url(TEMPLATE), ACCESS.username(), ACCESS.password(), 3),
              EmbeddedSettings.in(Path.of("unused")))
          .close();
    }

    static String url(String database) {
      return ACCESS.root() + database;
    }

    static synchronized void execute(String sql) {
      execute(ACCESS, sql);
    }

    private static void execute(Access access, String sql) {
      try (Connection connection =
              DriverManager.getConnection(
                  access.root() + "postgres", access.username(), access.password());
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(sql, e);
      }
    }

    private static Access access() {
      String external = System.getenv("KINTSUGI_TEST_POSTGRES");
      if (external == null) {
        EmbeddedPostgres postgres = start();
        return new Access(postgres.url(""), postgres.username(), postgres.password());
      }
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> execute("DROP DATABASE IF EXISTS " + TEMPLATE + " WITH (FORCE)")));
      return new Access(
          external,
          System.getenv().getOrDefault("KINTSUGI_TEST_POSTGRES_USERNAME", "postgres"),
          System.getenv().getOrDefault("KINTSUGI_TEST_POSTGRES_PASSWORD", ""));
    }

    private static EmbeddedPostgres start() {
      try {
        Path directory = Files.createTempDirectory("kintsugi-postgres");
        EmbeddedPostgres postgres =
            EmbeddedPostgres.start(
                new EmbeddedSettings(directory, binaries(), false, Duration.ofSeconds(60)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(postgres, directory)));
        hashPasswordOnce(postgres);
        return postgres;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Tests log in a thousand times: with 4,096 rounds of hashing each costs 12 ms. */
    private static void hashPasswordOnce(EmbeddedPostgres postgres) {
      execute(
          new Access(postgres.url(""), postgres.username(), postgres.password()),
          "SET scram_iterations = 1; ALTER ROLE %s PASSWORD '%s'"
              .formatted(postgres.username(), postgres.password()));
    }

    private static void stop(EmbeddedPostgres postgres, Path directory) {
      postgres.close();
      try (Stream<Path> paths = Files.walk(directory)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
