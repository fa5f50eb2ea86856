package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.TestFleetServices;
import dev.kintsugi.controlplane.learning.StoredRule.Found;
import dev.kintsugi.controlplane.policies.TestPolicies;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.core.learning.SampleSet;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** While others push, delete and grow old: over real HTTP, on real PostgreSQL. */
class LearningAmongOthersTest {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "kintsugi.fleet.token", TOKEN,
                "kintsugi.learning.look-every", "1h",
                "kintsugi.learning.refresh-every", "1h"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Answer send(String method, String path, String body) {
    return server.send(
        server
            .request("/fleet/v1/" + path, TOKEN)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body)));
  }

  private static JsonNode rule(String id) {
    return server.ops("/ops/v1/prompt-rules/" + id).json();
  }

  @Test
  void aReplicaThatKnowsLessLeavesWhatAnotherMadeOfAPush() throws Exception {
    ServiceState hall =
        new ServiceState(
            "hall",
            1,
            1,
            "hall",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(),
            List.of("new_seed"),
            null);
    send("PUT", "services/halls/one", new ObjectMapper().writeValueAsString(hall));
    String policy =
        """
        {"uid":"wide","generation":1,"created_at":"2026-01-01T00:00:00Z",
         "rules":[{"name":"no-dust","features":["word:dust"],"stage":"canary"}]}
        """;
    String path = "prompt-policies/halls/wide";
    String id = send("PUT", path, policy).json().at("/rules/0/id").asText();
    server.database().execute("UPDATE prompt_rule SET matched = 7 WHERE service = 'halls/one'");

    new WrittenRules(
            server.bean(RuleStore.class),
            server.bean(Transactions.class),
            TestPolicies.unread(server),
            TestFleetServices.unread(),
            server.bean(LearnedRules.class),
            Clock.systemUTC())
        .keep();
    assertThat(rule(id).get("stage").asText()).isEqualTo("canary");
    assertThat(rule(id).get("matched").asInt()).as("its evidence stays").isEqualTo(7);
    assertThat(rule(id).get("changes")).hasSize(1);

    assertThat(send("DELETE", path, "").status()).isEqualTo(204);
    assertThat(rule(id).get("stage").asText()).isEqualTo("retired");
  }

  @Test
  void rulesThatRetiredLongAgoGoUnlessSomebodyWantedThem() {
    server
        .database()
        .execute(
            """
            WITH old AS (
              INSERT INTO prompt_rule (service, features, origin, created_at, stage, since, pinned,
                matched, failed, doubt, last_seen, policy)
              SELECT 'old/one', ARRAY['word:' || name], origin, now(), stage,
                now() - make_interval(days => days), pinned, 0, 0, 0, now(), policy
              FROM (VALUES ('gone', 'mined', 'retired', 91, false, NULL),
                ('newer', 'mined', 'retired', 89, false, NULL),
                ('acts', 'mined', 'enforced', 91, false, NULL),
                ('vetoed', 'mined', 'retired', 91, true, NULL),
                ('written', 'mined', 'retired', 91, false, 'old/policy'),
                ('person', 'manual', 'retired', 91, false, NULL))
                AS each (name, origin, stage, days, pinned, policy)
              RETURNING id
            )
            INSERT INTO prompt_rule_change (rule_id, at, actor, to_stage, pinned, reason)
            SELECT id, now(), 'learning', 'retired', false, '' FROM old""");
    server.bean(Learning.class).prune();
    assertThat(server.ops("/ops/v1/prompt-rules?service=old/one").json().findValues("features"))
        .extracting(features -> features.get(0).asText())
        .containsExactlyInAnyOrder(
            "word:newer", "word:acts", "word:vetoed", "word:written", "word:person");
    assertThat(
            server.database().number("SELECT count(*) FROM prompt_rule_change WHERE reason = ''"))
        .isEqualTo(5);
    server.database().execute("DELETE FROM prompt_rule_change WHERE reason = ''");
    server.database().execute("DELETE FROM prompt_rule WHERE service = 'old/one'");
  }

  @Test
  void servicesWithSamplesAreFoundByTheIndex() {
    server
        .database()
        .execute(
            """
            INSERT INTO prompt_sample (job_id, service, ended_at, failed, features, stratum)
            SELECT gen_random_uuid(), 'many/' || n % 3, now(), CASE WHEN n % 3 < 2 THEN n % 5 = 0 END,
              '{}', '' FROM generate_series(1, 30) AS n""");
    assertThat(server.bean(SampleStore.class).services())
        .contains("many/0", "many/1")
        .doesNotContain("many/2");
    server.database().execute("DELETE FROM prompt_sample WHERE service LIKE 'many/%'");
  }

  @Test
  void whatARetiredRuleExplainedMakesNoNarrowerOne() {
    samples(40, true, "{word:lava,word:slow}", "10 d");
    samples(60, false, "{word:lava,word:fast}", "1 d");
    samples(60, false, "{word:snow,word:slow}", "1 d");
    samples(200, false, "{word:cat}", "1 d");
    server
        .database()
        .execute(
            """
            INSERT INTO prompt_rule (service, features, origin, created_at, stage, since, pinned,
              matched, failed, doubt, last_seen)
            VALUES ('mended/one', '{word:lava}', 'mined', now(), 'retired', now() - interval '5 d',
              false, 0, 0, 0, now())""");
    assertThat(server.bean(Mining.class).mine("mended/one")).isEmpty();

    samples(20, true, "{word:lava,word:slow}", "1 h");
    List<StoredRule> found = server.bean(Mining.class).mine("mended/one");
    assertThat(found).extracting(StoredRule::name).containsExactly("word:lava & word:slow");
    assertThat(found.getFirst().found()).extracting(Found::failed).isEqualTo(20);
    forgetMended();
  }

  @Test
  void jobsSinceARuleRetiredAreMinedOnceHoweverManyNarrowerOnesThereAre() {
    for (String with : List.of("slow", "thick", "old")) {
      samples(40, true, "{word:lava,word:%s}".formatted(with), "10 d");
      samples(20, true, "{word:lava,word:%s}".formatted(with), "1 h");
      samples(60, false, "{word:snow,word:%s}".formatted(with), "1 d");
    }
    samples(300, false, "{word:lava,word:fast}", "1 d");
    samples(200, false, "{word:cat}", "1 d");
    server
        .database()
        .execute(
            """
            INSERT INTO prompt_rule (service, features, origin, created_at, stage, since, pinned,
              matched, failed, doubt, last_seen)
            VALUES ('mended/one', '{word:lava}', 'mined', now(), 'retired', now() - interval '5 d',
              false, 0, 0, 0, now())""");
    AtomicInteger read = new AtomicInteger();
    SampleStore counting =
        new SampleStore(server.bean(Transactions.class)) {
          @Override
          SampleSet newest(String service, Instant after, int limit) {
            read.incrementAndGet();
            return super.newest(service, after, limit);
          }
        };
    Mining mining =
        new Mining(
            counting,
            server.bean(RuleStore.class),
            server.bean(PromptTopics.class),
            server.bean(Transactions.class),
            server.bean(LearningSettings.class),
            server.bean(Promotions.class),
            Clock.systemUTC());
    assertThat(mining.mine("mended/one"))
        .extracting(StoredRule::name)
        .containsExactlyInAnyOrder(
            "word:lava & word:slow", "word:lava & word:thick", "word:lava & word:old");
    assertThat(read).as("all of them, and those since then").hasValue(2);
    forgetMended();
  }

  private static void forgetMended() {
    server.database().execute("DELETE FROM prompt_sample WHERE service = 'mended/one'");
    server
        .database()
        .execute(
            "DELETE FROM prompt_rule_change WHERE rule_id IN"
                + " (SELECT id FROM prompt_rule WHERE service = 'mended/one')");
    server.database().execute("DELETE FROM prompt_rule WHERE service = 'mended/one'");
  }

  private static void samples(int jobs, boolean failed, String features, String ago) {
    server
        .database()
        .execute(
            """
            INSERT INTO prompt_sample (job_id, service, ended_at, failed, features, stratum)
            SELECT gen_random_uuid(), 'mended/one', now() - interval '%s', %s, '%s', ''
            FROM generate_series(1, %d)"""
                .formatted(ago, failed, features, jobs));
  }

  @Test
  void aVideoThatIsDeletedWhileItIsLearntFromLeavesNoSample() throws Exception {
    String id = server.submit("{\"prompt\":\"a secret garden\"}");
    server.worker().makeOne();
    SampleStore samples = server.bean(SampleStore.class);
    try (ExecutorService customer = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> deletion =
          server
              .bean(Transactions.class)
              .durably(
                  c -> {
                    assertThat(SampleStore.take(c, samples.fresh(Instant.now(), 10))).hasSize(1);
                    Future<Answer> begun =
                        customer.submit(
                            () -> server.send(server.request("/v1/videos/" + id).DELETE()));
                    await().until(() -> begun.isDone() || waitsForALock());
                    return begun;
                  });
      assertThat(deletion.get().status()).isEqualTo(200);
    }
    assertThat(server.database().number("SELECT count(*) FROM prompt_sample")).isZero();
  }

  private static boolean waitsForALock() {
    return server
            .database()
            .number(
                "SELECT count(*) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
        > 0;
  }
}
