package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.embedding.PromptEmbeddings;
import dev.kintsugi.controlplane.embedding.TestEmbeddings;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.policies.TestPolicies;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.controlplane.topics.TestTopics;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Replicas on one real PostgreSQL; each test has a service of its own. */
class LearningReplicasTest {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final float[] POINT = {0.6f, 0.8f};
  private static final String HERON = "word:heron";

  private static final ExecutorService REPLICAS = Executors.newVirtualThreadPerTaskExecutor();

  private static TestServer server;
  private static CopiedJobs jobs;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "kintsugi.fleet.token", TOKEN,
                "kintsugi.learning.look-every", "1h",
                "kintsugi.learning.refresh-every", "1h"));
    jobs = CopiedJobs.of(server);
    server.bean(Learning.class).look();
  }

  @AfterAll
  static void stop() {
    REPLICAS.close();
    server.close();
  }

  private static Learning replica(PromptEmbeddings embeddings) {
    return replica(embeddings, server.bean(Promotions.class));
  }

  private static Learning replica(PromptEmbeddings embeddings, Promotions promotions) {
    Transactions transactions = server.bean(Transactions.class);
    return new Learning(
        transactions,
        new SampleStore(transactions),
        new RuleStore(transactions),
        new OutcomeStore(transactions),
        TestTopics.of(transactions, embeddings),
        promotions,
        server.bean(LearningSettings.class),
        Clock.systemUTC(),
        new Meters());
  }

  /** One whose models wait. */
  private record Slow(Learning learning, CountDownLatch begun, CountDownLatch go) {

    static Slow replica() {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      return new Slow(
          LearningReplicasTest.replica(
              TestEmbeddings.of(
                  text -> {
                    begun.countDown();
                    awaited(go);
                    return POINT;
                  })),
          begun,
          go);
    }

    Future<Integer> begins() {
      Future<Integer> working = REPLICAS.submit(learning::learn);
      awaited(begun);
      return working;
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> prompts(int many) {
    return IntStream.range(0, many).mapToObj(i -> "a heron take" + i).toList();
  }

  private static long samples(String service, String which) {
    return server
        .database()
        .number(
            "SELECT count(*) FROM prompt_sample WHERE service = '%s' AND %s"
                .formatted(service, which));
  }

  private static JsonNode rule(String service) {
    return server.ops("/ops/v1/prompt-rules?service=" + service).json().at("/data/0");
  }

  private static void written(String service) {
    assertThat(
            server
                .ops(
                    "POST",
                    "/ops/v1/prompt-rules",
                    "{\"service\":\"%s\",\"features\":[\"%s\"]}".formatted(service, HERON))
                .status())
        .isEqualTo(200);
  }

  @Test
  void whileOneEmbedsTheOthersDoNotAndNoTransactionIsOpen() throws Exception {
    String service = "studio/turns";
    jobs.good(service, "acme", prompts(20));
    AtomicInteger embedded = new AtomicInteger();
    Learning other =
        replica(
            TestEmbeddings.of(
                text -> {
                  embedded.incrementAndGet();
                  return POINT;
                }));
    Slow slow = Slow.replica();
    Future<Integer> working = slow.begins();
    assertThat(other.learn()).isZero();
    assertThat(embedded).hasValue(0);
    await()
        .until(
            () ->
                server
                        .database()
                        .number(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND state LIKE 'idle in transaction%'")
                    == 0);
    slow.go().countDown();
    assertThat(working.get(60, TimeUnit.SECONDS)).isEqualTo(20);
    assertThat(samples(service, "direction IS NOT NULL")).isEqualTo(20);

    jobs.good(service, "acme", List.of("a heron once more"));
    assertThat(other.learn()).as("the turn is over").isEqualTo(1);
  }

  @Test
  void whatOneThatDiedWasAtIsLearntOnceByAnother() throws Exception {
    String service = "studio/dies";
    written(service);
    jobs.failed(service, "acme", prompts(5));
    Slow dead = Slow.replica();
    Future<Integer> working = dead.begins();
    server.database().execute("UPDATE turn SET until = now() WHERE name = 'learning'");
    assertThat(replica(TestEmbeddings.of(text -> POINT)).learn()).isEqualTo(5);
    assertThat(rule(service).get("matched").asInt()).isEqualTo(5);

    dead.go().countDown();
    assertThat(working.get(60, TimeUnit.SECONDS)).as("it was only slow").isEqualTo(5);
    assertThat(rule(service).get("matched").asInt()).as("and counts none again").isEqualTo(5);
    assertThat(samples(service, "failed")).isEqualTo(5);
  }

  @Test
  void onlyRulesThatSomethingHappenedToAreLocked() throws Exception {
    written("studio/quiet");
    jobs.good("studio/busy", "acme", prompts(2));
    int learnt =
        server
            .bean(Transactions.class)
            .durably(
                c -> {
                  lock(c, "studio/quiet");
                  Learning other = replica(TestEmbeddings.of(text -> POINT));
                  return done(REPLICAS.submit(other::learn));
                });
    assertThat(learnt).isEqualTo(2);
  }

  @Test
  void aRuleThatAPersonMovesMeanwhileIsAsThePersonSays() {
    String service = "studio/moved";
    written(service);
    jobs.failed(service, "acme", prompts(12));
    Future<Integer> learning =
        server
            .bean(Transactions.class)
            .durably(
                c -> {
                  lock(c, service);
                  Learning other = replica(TestEmbeddings.of(text -> POINT));
                  Future<Integer> begun = REPLICAS.submit(other::learn);
                  await().until(LearningReplicasTest::waitsForALock);
                  Sql.update(
                      c,
                      "UPDATE prompt_rule SET stage = 'retired', since = now(), pinned = true"
                          + " WHERE service = ?",
                      service);
                  return begun;
                });
    assertThat(done(learning)).isEqualTo(12);
    assertThat(rule(service).get("stage").asText()).isEqualTo("retired");
    assertThat(rule(service).get("matched").asInt()).isZero();
  }

  private static void lock(Connection c, String service) throws SQLException {
    String rule = "SELECT id FROM prompt_rule WHERE service = ? FOR UPDATE";
    assertThat(Sql.rows(c, rule, row -> row.getLong(1), service)).hasSize(1);
  }

  private static boolean waitsForALock() {
    return server
            .database()
            .number(
                "SELECT count(*) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
        > 0;
  }

  private static int done(Future<Integer> learning) {
    try {
      return learning.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("it has not learnt", e);
    }
  }

  @Test
  void aReplicaThatLoadsItsModelsLeavesJobsToThoseThatHaveThem() {
    String service = "studio/loads";
    jobs.good(service, "acme", prompts(3));
    PromptEmbeddings loading = TestEmbeddings.loading(text -> POINT);
    Learning starting = replica(loading);
    assertThat(starting.learn()).isZero();
    assertThat(samples(service, "true")).isZero();
    TestEmbeddings.load(loading);
    assertThat(starting.learn()).isEqualTo(3);
    assertThat(samples(service, "direction IS NOT NULL")).isEqualTo(3);
  }

  @Test
  void aReplicaThatEndsWhileItEmbedsLeavesJobsToOthers() {
    String service = "studio/ends";
    jobs.good(service, "acme", prompts(3));
    AtomicReference<PromptEmbeddings> ending = new AtomicReference<>();
    ending.set(
        TestEmbeddings.of(
            text -> {
              TestEmbeddings.close(ending.get());
              return POINT;
            }));
    assertThat(replica(ending.get()).learn()).isZero();
    assertThat(samples(service, "true")).isZero();
    assertThat(replica(TestEmbeddings.of(text -> POINT)).learn()).isEqualTo(3);
    assertThat(samples(service, "direction IS NOT NULL")).isEqualTo(3);
  }

  @Test
  void aReplicaThatKnowsNoPolicyMovesRulesByTheOneThatIsStored() {
    String policy =
        """
        {"uid":"manual","generation":1,"created_at":"2026-01-01T00:00:00Z","service":"manual",
         "promotion":{"manual":true},
         "rules":[{"name":"heron","features":["%s"],"stage":"shadow"}]}
        """
            .formatted(HERON);
    Answer pushed =
        server.send(
            server
                .request("/fleet/v1/prompt-policies/studio/manual", TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(policy)));
    assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
    server
        .database()
        .execute(
            "UPDATE prompt_rule SET matched = 20, failed = 20 WHERE service = 'studio/manual'");
    Promotions unread =
        new Promotions(server.bean(LearningSettings.class), TestPolicies.unread(server));
    replica(TestEmbeddings.of(text -> POINT), unread).learn();
    assertThat(rule("studio/manual").get("stage").asText())
        .as("it waits for a person")
        .isEqualTo("shadow");
  }
}
