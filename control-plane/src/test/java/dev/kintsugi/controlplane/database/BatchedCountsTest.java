package dev.kintsugi.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.controlplane.testkit.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchedCountsTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final TestDatabase database = TestDatabase.create();

  @BeforeEach
  void table() {
    database.execute("CREATE TABLE seen (name text PRIMARY KEY, n bigint NOT NULL)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static void write(Connection c, Map<String, Long> counts) throws SQLException {
    for (String name : List.of("a", "b")) {
      Sql.update(
          c,
          "INSERT INTO seen AS t VALUES (?, ?)"
              + " ON CONFLICT (name) DO UPDATE SET n = t.n + excluded.n",
          name,
          counts.getOrDefault(name, 0L));
    }
  }

  private long seen(String name) {
    return database.number("SELECT n FROM seen WHERE name = '" + name + "'");
  }

  @Test
  void manyThreadsOfTwoReplicasLoseNothing() {
    List<BatchedCounts<String>> replicas =
        IntStream.range(0, 2)
            .mapToObj(
                i -> new BatchedCounts<String>(database.transactions(), BatchedCountsTest::write))
            .toList();
    IntStream.range(0, 20_000)
        .parallel()
        .forEach(
            i -> {
              BatchedCounts<String> counts = replicas.get(i % 2);
              counts.add(i % 4 < 2 ? "a" : "b");
              if (i % 500 == 0) {
                counts.flush(NOON);
              }
            });
    replicas.forEach(counts -> counts.flush(NOON));
    assertThat(seen("a")).isEqualTo(10_000);
    assertThat(seen("b")).isEqualTo(10_000);
    BatchedCounts.prune(database.transactions(), NOON.plusSeconds(1));
    assertThat(database.number("SELECT count(*) FROM count_batch")).isZero();
  }

  /** The commit went through, and its answer was lost. */
  @Test
  void aBatchWhoseCommitWasNotAnsweredIsNotWrittenTwice() {
    AtomicBoolean deaf = new AtomicBoolean(true);
    DataSource breaking =
        Breaking.after(database.dataSource(), () -> deaf.compareAndSet(true, false));
    BatchedCounts<String> counts =
        new BatchedCounts<>(new Transactions(breaking, breaking), BatchedCountsTest::write);
    counts.add("a");
    assertThatThrownBy(() -> counts.flush(NOON)).isInstanceOf(DatabaseUnavailableException.class);
    counts.add("a");
    counts.flush(NOON);
    counts.flush(NOON);
    assertThat(seen("a")).isEqualTo(2);
  }

  /** Connections whose commits reach the database and may seem not to have. */
  private static final class Breaking {

    static DataSource after(DataSource real, BooleanSupplier breaks) {
      return proxy(
          DataSource.class,
          (method, arguments) -> {
            Object result = method.invoke(real, arguments);
            return result instanceof Connection connection
                ? connection(connection, breaks)
                : result;
          });
    }

    private static Connection connection(Connection real, BooleanSupplier breaks) {
      return proxy(
          Connection.class,
          (method, arguments) -> {
            Object result = method.invoke(real, arguments);
            if (method.getName().equals("commit") && breaks.getAsBoolean()) {
              throw new SQLException("connection lost", "08006");
            }
            return result;
          });
    }

    private interface Call {
      Object on(Method method, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Call call) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) -> {
                try {
                  return call.on(method, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }
  }
}
