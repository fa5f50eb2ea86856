package dev.kintsugi.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class DatabaseTest {

  @Test
  void twoReplicasMigrateAnEmptyDatabaseAtOnce() throws Exception {
    try (TestDatabase empty = TestDatabase.create();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      empty.execute("DROP SCHEMA public CASCADE");
      empty.execute("CREATE SCHEMA public");
      Callable<Long> replica =
          () -> {
            try (Database database =
                Database.open(empty.settings(), EmbeddedSettings.in(Path.of("unused")))) {
              return database.transactions().reading(c -> 1L);
            }
          };
      for (var done : threads.invokeAll(List.of(replica, replica))) {
        assertThat(done.get()).isEqualTo(1);
      }
      assertThat(
              empty.number("SELECT count(*) FROM databasechangelog WHERE exectype <> 'EXECUTED'"))
          .isZero();
      assertThat(
              empty.number(
                  "SELECT count(*) - count(DISTINCT (id, author, filename)) FROM databasechangelog"))
          .isZero();
    }
  }

  @Test
  void aWrongPasswordIsOneLineAtOnce() {
    try (TestDatabase database = TestDatabase.create()) {
      DatabaseSettings right = database.settings();
      var wrong = new DatabaseSettings(right.url(), right.username(), "wrong", 3);

      assertThatThrownBy(() -> Database.open(wrong, EmbeddedSettings.in(Path.of("unused"))))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("password authentication failed")
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
  }

  @Test
  void aTransactionThatFailsLeavesNothing() {
    try (TestDatabase database = TestDatabase.create()) {
      database.execute("CREATE TABLE kept (n int PRIMARY KEY)");

      assertThatThrownBy(
              () ->
                  database
                      .transactions()
                      .durably(
                          c -> {
                            c.createStatement().execute("INSERT INTO kept VALUES (1)");
                            throw new IllegalStateException("half-way");
                          }))
          .hasMessage("half-way");

      assertThat(database.number("SELECT count(*) FROM kept")).isZero();
    }
  }
}
