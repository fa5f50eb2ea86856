package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.cases.TestCases.NOON;
import static java.net.http.HttpRequest.BodyPublishers.noBody;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.knowledge.TestKnowledge;
import dev.kintsugi.controlplane.tenants.TestTenants;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of customers' words, and that it goes, over HTTP and on real PostgreSQL. */
class TenantDataTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "kintsugi.knowledge.look-every", "1h",
                "kintsugi.cases.stopped-every", "1h",
                // A sample of a cancelled job is written by the test itself.
                "kintsugi.learning.look-every", "1h"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Answer delete(String path, String json) {
    return server.send(
        server
            .request(path, TestServer.OPS_KEY)
            .header("Content-Type", "application/json")
            .method("DELETE", BodyPublishers.ofString(json)));
  }

  private static JsonNode search(String query) {
    return server.ops("/ops/v1/cases/search?q=" + query).json();
  }

  @Test
  void aFloodOfStoppedPromptsIsOneCaseEachAndNotMoreThanSoManyADay() {
    StoppedPrompts stopped = server.bean(StoppedPrompts.class);
    for (int i = 0; i < 300; i++) {
      stopped.record(stopped("flood", "Unwanted " + i, List.of("lexicon", "repetition")));
    }
    stopped.write();
    stopped.record(stopped("flood", "unwanted, 7!", List.of("lexicon")));
    stopped.write();
    TestKnowledge index = TestKnowledge.of(server);
    String flood = "SELECT count(*) FROM failure_case WHERE tenant = 'flood'";
    assertThat(server.database().number(flood)).isEqualTo(StoppedStore.MOST_A_DAY);
    index.settle();
    JsonNode found = search("unwanted%207&kind=prompt_stopped&class=PROMPT_REJECTED&limit=1");
    assertThat(found.at("/data/0/case/times").asInt()).isEqualTo(2);
    assertThat(found.at("/data/0/case/message").asText())
        .isEqualTo("rejected by lexicon, repetition");
    server
        .database()
        .execute(
            "BEGIN; SET LOCAL kintsugi.ledger_retention = 'on';"
                + " DELETE FROM failure_case WHERE tenant = 'flood'; COMMIT");
    assertThat(
            server.database().number("SELECT count(*) FROM stopped_prompt WHERE tenant = 'flood'"))
        .isZero();
    index.settle();
    assertThat(search("unwanted").get("data")).isEmpty();
  }

  @Test
  void aStoppedPromptWhoseCaseCouldNotBeWrittenIsNewTheNextTime() {
    StoppedPrompts stopped = server.bean(StoppedPrompts.class);
    StoppedPrompts.Stopped once = stopped("unlucky", "a comet", List.of("lexicon"));
    server
        .database()
        .execute(
            "ALTER TABLE failure_case ADD CONSTRAINT unlucky CHECK (tenant <> 'unlucky') NOT VALID");
    stopped.record(once);
    stopped.write();
    server.database().execute("ALTER TABLE failure_case DROP CONSTRAINT unlucky");
    stopped.record(once);
    stopped.write();
    assertThat(
            server.database().number("SELECT count(*) FROM failure_case WHERE tenant = 'unlucky'"))
        .isOne();
  }

  @Test
  void whatIsWrittenWhileATenantsDataGoesHasNoWords() throws SQLException {
    server.key("leaving", "standard");
    StoppedPrompts stopped = server.bean(StoppedPrompts.class);
    stopped.record(stopped("leaving", "a phoenix", List.of("lexicon")));
    TestTenants.erase(
        server,
        "leaving",
        List.of(
            server.bean(CaseInputs.class),
            tenant -> {
              stopped.write();
              return Map.of();
            }));
    assertThat(
            server.database().number("SELECT count(*) FROM failure_case WHERE tenant = 'leaving'"))
        .isOne();
    assertThat(tablesWith("phoenix")).isEmpty();
  }

  private static StoppedPrompts.Stopped stopped(String tenant, String prompt, List<String> rules) {
    return new StoppedPrompts.Stopped(
        tenant, "studio/other", "m", new Submission(prompt, 64, 48, 9, 8), rules);
  }

  @Test
  void aTenantsDataGoesEverywhereAndCountsStay(@TempDir Path directory) throws SQLException {
    String key = server.key("acme", "standard");
    String queued = submitted(key, "a quetzalcoatlus over the sea");
    String failed = submitted(key, "a quetzalcoatlus asleep");
    TestCases.written(server, failed, "OOM", "no nest", NOON);
    server.send(server.request("/v1/videos/" + failed + "/cancel", key).POST(noBody()));
    String held = submitted(key, "a quetzalcoatlus [in a [very] long] tale " + "x".repeat(500));
    assertThat(server.send(server.request("/v1/videos/" + held, key)).json().at("/review").isNull())
        .as("a person is to decide")
        .isFalse();
    keptElsewhere(failed);
    StoppedPrompts stopped = server.bean(StoppedPrompts.class);
    stopped.record(stopped("acme", "many a quetzalcoatlus", List.of("emoji_run")));
    stopped.write();
    stopped.record(stopped("acme", "a quetzalcoatlus that waits", List.of("lexicon")));
    TestKnowledge index = TestKnowledge.of(server);
    index.settle();
    assertThat(index.has("quetzalcoatlu")).isTrue();
    assertThat(tablesWith("quetzalcoatlus"))
        .contains("job", "failure_input", "feedback", "webhook_delivery", "prompt_sample");

    String path = "/ops/v1/tenants/acme/data";
    assertThat(delete(path, "{}").param()).isEqualTo("confirm");
    assertThat(delete(path, "{\"confirm\":\"acm\"}").param()).isEqualTo("confirm");
    assertThat(delete("/ops/v1/tenants/acm/data", "{\"confirm\":\"acm\"}").status()).isEqualTo(404);
    Answer running = delete(path, "{\"confirm\":\"acme\"}");
    assertThat(running.code()).isEqualTo("not_ready");
    assertThat(running.message()).startsWith("2 videos of acme are queued or running.");
    assertThat(tablesWith("quetzalcoatlus")).as("nothing was removed").contains("failure_input");

    Answer done = delete(path, "{\"confirm\":\"acme\",\"cancel\":true}");
    assertThat(done.status()).as(done.toString()).isEqualTo(200);
    assertThat(done.json().at("/removed/videos").asInt()).isEqualTo(3);
    assertThat(done.json().at("/removed/webhooks").asInt()).isEqualTo(1);
    assertThat(done.json().at("/removed/comments").asInt()).isEqualTo(1);
    assertThat(done.json().at("/removed/prompts_of_cases").asInt()).isPositive();
    stopped.write();
    assertThat(tablesWith("quetzalcoatlus")).as("nor what was waiting").isEmpty();
    assertThat(
            server.database().number("SELECT count(*) FROM stopped_prompt WHERE tenant = 'acme'"))
        .isEqualTo(2);
    assertThat(server.send(server.request("/v1/videos/" + queued, key)).status()).isEqualTo(404);

    index.settle();
    assertThat(index.has("quetzalcoatlu")).isFalse();
    assertThat(search("quetzalcoatlus").get("data")).isEmpty();
    try (TestKnowledge rebuilt = TestKnowledge.startedIn(directory, server)) {
      assertThat(rebuilt.has("quetzalcoatlu")).isFalse();
    }
    assertThat(search("nest").get("data")).hasSize(1);
    assertThat(server.database().number("SELECT count(*) FROM job_end WHERE tenant = 'acme'"))
        .isPositive();
    assertThat(
            server
                .database()
                .number(
                    "SELECT count(*) FROM tenant_erasure WHERE tenant = 'acme'"
                        + " AND actor LIKE 'key_%' AND removed->>'videos' = '3'"))
        .isOne();
  }

  private static String submitted(String key, String prompt) {
    return server
        .send(
            server
                .request("/v1/videos", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"prompt\":\"%s\"}".formatted(prompt))))
        .json()
        .get("id")
        .asText();
  }

  private static void keptElsewhere(String id) {
    String uuid = id.substring("video_".length());
    server
        .database()
        .execute(
            """
            INSERT INTO feedback (job_id, tenant, service, rating, comment, rated_at)
            VALUES ('%1$s', 'acme', 's', 1, 'no quetzalcoatlus in it', now());
            INSERT INTO webhook_delivery (id, job_id, tenant, url, payload, next_at, created_at)
            VALUES ('m', '%1$s', 'acme', 'http://x', 'quetzalcoatlus', now() + '1h', now());
            INSERT INTO prompt_sample (job_id, service, ended_at, failed, features, stratum)
            VALUES ('%2$s', 's', now(), true, '{word:quetzalcoatlus}', '')"""
                .formatted(id, uuid));
  }

  /** Tables with the word anywhere in a row. */
  private static List<String> tablesWith(String word) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = server.database().dataSource().getConnection();
        ResultSet tables =
            connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
      while (tables.next()) {
        String table = tables.getString("TABLE_NAME");
        if (server
                .database()
                .number(
                    "SELECT count(*) FROM %1$s WHERE %1$s::text ILIKE '%%%2$s%%'"
                        .formatted(table, word))
            > 0) {
          found.add(table);
        }
      }
    }
    return found;
  }
}
