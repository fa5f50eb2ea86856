package dev.kintsugi.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

  private static final DatabaseSettings EMBEDDED = new DatabaseSettings("", "", "", 4);

  @TempDir Path directory;

  @Test
  void keepsItsDataAndComesBackAfterItsServerIsKilled() {
    EmbeddedSettings settings = settings();
    try (Database database = Database.open(EMBEDDED, settings)) {
      Transactions transactions = database.transactions();
      transactions.durably(c -> execute(c, "CREATE TABLE kept (n int)"));
      transactions.durably(c -> execute(c, "INSERT INTO kept VALUES (42)"));
      long before = database.server().pid();

      assertThat(ProcessHandle.of(before).orElseThrow().destroyForcibly()).isTrue();

      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreException(DatabaseUnavailableException.class)
          .untilAsserted(
              () -> assertThat(transactions.<Long>reading(c -> number(c))).isEqualTo(42));
      assertThat(database.server().pid()).isNotEqualTo(before);
    }
    try (Database database = Database.open(EMBEDDED, settings)) {
      assertThat(database.transactions().<Long>reading(c -> number(c))).isEqualTo(42);
    }
    assertThat(new Postmaster(directory.resolve("data")).processes()).isEmpty();
  }

  @Test
  void stopsAServerThatOutlivedItsControlPlane() throws Exception {
    EmbeddedSettings settings = settings();
    Process controlPlane = OrphanMaker.run(directory, TestDatabase.binaries());
    String line = controlPlane.inputReader().readLine();
    assertThat(line).startsWith("postgres ");
    long orphan = Long.parseLong(line.substring("postgres ".length()));
    controlPlane.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    assertThat(ProcessHandle.of(orphan)).isPresent();

    try (Database database = Database.open(EMBEDDED, settings)) {
      assertThat(database.server().pid()).isNotEqualTo(orphan);
      // Dead at once, but listed until its adoptive parent has collected it.
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> ProcessHandle.of(orphan).filter(ProcessHandle::isAlive).isEmpty());
      assertThat(database.transactions().<Long>reading(c -> number(c))).isEqualTo(42);
    }
  }

  @Test
  void startsOverAPidFileWhoseNumberBelongsToSomebodyElse() throws Exception {
    EmbeddedSettings settings = settings();
    EmbeddedPostgres.start(settings).close();
    Files.writeString(
        directory.resolve("data/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + directory.resolve("data") + "\n");

    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(settings)) {
      assertThat(postgres.pid()).isPositive();
    }
  }

  @Test
  void refusesADirectoryThatAnotherControlPlaneUses() {
    EmbeddedSettings settings = settings();
    try (EmbeddedPostgres first = EmbeddedPostgres.start(settings)) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(settings))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("another control plane")
          .hasMessageContaining("kintsugi.data-dir");
      assertThat(first.pid()).isPositive();
    }
  }

  @Test
  void saysInOneLineWhyItCannotStart() throws Exception {
    EmbeddedSettings settings = settings();
    EmbeddedPostgres.start(settings).close();
    Files.writeString(directory.resolve("data/PG_VERSION"), "9.6\n");

    assertThatThrownBy(() -> EmbeddedPostgres.start(settings))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("PostgreSQL did not start")
        .hasMessageContaining("FATAL")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void listensOnLoopbackOnlyAndKeepsItsPasswordPrivate() throws Exception {
    try (Database database = Database.open(EMBEDDED, settings())) {
      Transactions transactions = database.transactions();
      assertThat(transactions.<String>reading(c -> text(c, "SHOW listen_addresses")))
          .isEqualTo("127.0.0.1");
      assertThat(transactions.<String>reading(c -> text(c, "SHOW unix_socket_directories")))
          .isEmpty();
      assertThat(transactions.<String>reading(c -> text(c, "SHOW fsync"))).isEqualTo("on");
      assertThat(transactions.<String>reading(c -> text(c, "SHOW synchronous_commit")))
          .isEqualTo("on");
      assertThat(transactions.<String>relaxed(c -> text(c, "SHOW synchronous_commit")))
          .isEqualTo("off");
      assertThat(Files.getPosixFilePermissions(directory.resolve("password")))
          .extracting(Enum::name)
          .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }
  }

  private EmbeddedSettings settings() {
    return new EmbeddedSettings(directory, TestDatabase.binaries(), true, Duration.ofSeconds(60));
  }

  private static boolean execute(Connection connection, String sql) throws java.sql.SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute(sql);
    }
  }

  private static long number(Connection connection) throws java.sql.SQLException {
    return Long.parseLong(text(connection, "SELECT n FROM kept"));
  }

  private static String text(Connection connection, String sql) throws java.sql.SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** A process that starts PostgreSQL, says so, and waits to be killed. */
  static final class OrphanMaker {

    static Process run(Path directory, Path binaries) throws java.io.IOException {
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx128m",
              "-XX:+UseSerialGC",
              "-cp",
              System.getProperty("java.class.path"),
              OrphanMaker.class.getName(),
              directory.toString(),
              binaries.toString());
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    public static void main(String[] args) throws Exception {
      Database database =
          Database.open(
              EMBEDDED,
              new EmbeddedSettings(
                  Path.of(args[0]), Path.of(args[1]), true, Duration.ofSeconds(60)));
      database.transactions().durably(c -> execute(c, "CREATE TABLE kept (n int)"));
      database.transactions().durably(c -> execute(c, "INSERT INTO kept VALUES (42)"));
      System.out.println("postgres " + database.server().pid());
      System.out.flush();
      Thread.currentThread().join();
    }
  }
}
