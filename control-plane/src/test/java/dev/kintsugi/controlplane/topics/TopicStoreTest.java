package dev.kintsugi.controlplane.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.core.learning.Direction;
import dev.kintsugi.core.learning.Topic;
import dev.kintsugi.core.learning.TopicWords;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two replicas on one real PostgreSQL, each with connections of its own. */
class TopicStoreTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Topic SEA =
      new Topic(Direction.of("a-model", new float[] {0.6f, 0.8f}), 0.5);
  private static final TopicWords WORDS = new TopicWords(List.of("fish"), 40);

  private static final ExecutorService REPLICA = Executors.newVirtualThreadPerTaskExecutor();

  private static TestDatabase database;
  private static Database second;

  @BeforeAll
  static void start() {
    database = TestDatabase.create();
    second = Database.open(database.settings(), EmbeddedSettings.in(Path.of("unused")));
  }

  @AfterAll
  static void stop() {
    REPLICA.close();
    second.close();
    database.close();
  }

  private static Optional<StoredTopic> add(Connection c, String service, Set<String> known)
      throws SQLException {
    return PromptTopics.add(c, service, SEA, WORDS, known, NOW);
  }

  private static Set<String> features(Transactions replica, String service) {
    return new TopicStore(replica)
        .of(service).stream().map(StoredTopic::feature).collect(Collectors.toSet());
  }

  @Test
  void ofTwoThatFindATopicAtOnceOneKeepsIt() throws Exception {
    List<Transactions> replicas = List.of(database.transactions(), second.transactions());
    for (int round = 0; round < 20; round++) {
      String service = "studio/" + round;
      CyclicBarrier compared = new CyclicBarrier(2);
      List<Future<Optional<StoredTopic>>> kept = new ArrayList<>();
      for (Transactions replica : replicas) {
        Set<String> known = features(replica, service);
        kept.add(
            REPLICA.submit(
                () -> {
                  compared.await(60, TimeUnit.SECONDS);
                  return replica.durably(c -> add(c, service, known));
                }));
      }
      List<StoredTopic> topics = new ArrayList<>();
      for (Future<Optional<StoredTopic>> one : kept) {
        one.get(60, TimeUnit.SECONDS).ifPresent(topics::add);
      }
      assertThat(topics).as(service).hasSize(1);
      assertThat(features(second.transactions(), service))
          .containsExactly(topics.getFirst().feature());
    }
  }

  @Test
  void whoWaitedSeesWhatWasKeptAndMayKeepOneOfItsOwnOnceItComparedWithThat() throws Exception {
    String service = "studio/waits";
    Future<Optional<StoredTopic>> waiting =
        database
            .transactions()
            .durably(
                c -> {
                  assertThat(add(c, service, Set.of())).isPresent();
                  return addsMeanwhile(service);
                });
    assertThat(waiting.get(60, TimeUnit.SECONDS)).as("it did not compare with it").isEmpty();
    Set<String> known = features(second.transactions(), service);
    Optional<StoredTopic> own = second.transactions().durably(c -> add(c, service, known));
    assertThat(own).isPresent();
    assertThat(features(database.transactions(), service)).hasSize(2);
  }

  @Test
  void whatIsKeptForAnotherServiceKeepsNobodyFromOne() throws Exception {
    Future<Optional<StoredTopic>> waiting =
        database
            .transactions()
            .durably(
                c -> {
                  assertThat(add(c, "studio/theirs", Set.of())).isPresent();
                  return addsMeanwhile("studio/mine");
                });
    assertThat(waiting.get(60, TimeUnit.SECONDS)).isPresent();
  }

  /** A replica that dies has its connection closed by the database, whatever it had begun. */
  @Test
  void whenTheOneThatHasTheTurnDiesTheOtherKeepsTheTopic() throws Exception {
    String service = "studio/dies";
    AtomicReference<Future<Optional<StoredTopic>>> waiting = new AtomicReference<>();
    assertThatThrownBy(
            () ->
                database
                    .transactions()
                    .durably(
                        c -> {
                          add(c, service, Set.of());
                          waiting.set(addsMeanwhile(service));
                          database.execute("SELECT pg_terminate_backend(%d)".formatted(process(c)));
                          return true;
                        }))
        .isInstanceOf(DatabaseUnavailableException.class);
    StoredTopic kept = waiting.get().get(60, TimeUnit.SECONDS).orElseThrow();
    assertThat(features(database.transactions(), service)).containsExactly(kept.feature());
  }

  /** The second replica, which compared with nothing; it waits for the turn. */
  private static Future<Optional<StoredTopic>> addsMeanwhile(String service) {
    Future<Optional<StoredTopic>> begun =
        REPLICA.submit(() -> second.transactions().durably(c -> add(c, service, Set.of())));
    await()
        .until(
            () ->
                database.number(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                            + " AND wait_event_type = 'Lock' AND wait_event = 'advisory'")
                    == 1);
    return begun;
  }

  private static int process(Connection c) throws SQLException {
    return Sql.rows(c, "SELECT pg_backend_pid()", row -> row.getInt(1)).getFirst();
  }
}
