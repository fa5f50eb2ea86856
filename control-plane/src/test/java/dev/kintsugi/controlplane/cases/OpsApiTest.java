package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.testkit.TestServer.OPS_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.cases.NewCase.Kind;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.FailureContext;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operations API over HTTP, on four cases of three jobs. */
class OpsApiTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static TestServer server;
  private static String ball;
  private static String kite;
  private static String cat;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
    ball = server.submit("{\"prompt\":\"a red ball\",\"seed\":7}");
    kite = server.submit("{\"prompt\":\"一只风筝 100% blue\"}");
    cat = server.submit("{\"prompt\":\"a cat\"}");
    CaseRecorder recorder = server.bean(CaseRecorder.class);
    recorder.record(failed(ball, "attempt_1", "OOM", "gpu", "as_asked", "tried 512 MiB", "r1", 0));
    recorder.record(failed(ball, "attempt_2", "OOM", "gpu", "new_seed", "tried 640 MiB", "r1", 60));
    recorder.record(
        failed(kite, "attempt_3", "NAN_LATENTS", "model_version", "as_asked", "NaN", "r2", 120));
    recorder.record(failed(cat, "attempt_4", "NODE_LOST", "node", "as_asked", "gone", "r2", 180));
    await().until(() -> server.database().number("SELECT count(*) FROM failure_case") == 4);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static NewCase failed(
      String job,
      String attempt,
      String failureClass,
      String attribution,
      String rung,
      String message,
      String revision,
      int second) {
    return new NewCase(
        Kind.FAILED_ATTEMPT,
        job,
        attempt,
        failureClass,
        attribution,
        rung,
        message,
        "studio/node-" + revision,
        revision,
        new FailureContext(
            AttemptPhase.DENOISING, "high", 2, 8, "wan-tiny", "1", "d1", null, null, null, null),
        Map.of("seed", "8", "next", "other_node"),
        NOON.plusSeconds(second));
  }

  @Test
  void operatorsAndCustomersKeysOpenTheirOwnDoorOnly() {
    Answer nobody = server.send(server.request("/ops/v1/cases", "sk-kintsugi-" + "0".repeat(64)));
    assertThat(nobody.status()).isEqualTo(401);
    assertThat(nobody.code()).isEqualTo("invalid_api_key");
    for (String path : List.of("/ops/v1/cases", "/ops/v1/families", "/ops/v1/cases/x/replays")) {
      Answer customer = server.get(path);
      assertThat(customer.status()).isEqualTo(403);
      assertThat(customer.code()).isEqualTo("forbidden");
    }
    for (String path : List.of("/v1/videos", "/v1/videos/" + ball, "/v1/models")) {
      Answer operator = server.ops(path);
      assertThat(operator.status()).isEqualTo(403);
      assertThat(operator.message()).contains("/ops");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''| 4",
        "class=OOM | 2",
        "class=oom&rung=new_seed | 1",
        "attribution=node | 1",
        "kind=failed_attempt | 4",
        "kind=degraded | 0",
        "service=studio/wan-tiny | 4",
        "revision=r2 | 2",
        "node=studio/node-r1 | 2",
        "since=2026-06-01T12:01:00Z | 3",
        "since=2026-06-01T12:01:00Z&until=2026-06-01T12:03:00Z | 2",
        "q=red | 2",
        "q=RED%20BALL | 2",
        "q=风筝 | 1",
        "q=640 | 1",
        "q=100%25 | 1",
        "q=_ | 0",
        "q=%25 | 1",
      })
  void filters(String query, int found) {
    Answer answer = server.ops("/ops/v1/cases?" + query.replace("风筝", "%E9%A3%8E%E7%AD%9D"));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.json().get("data")).hasSize(found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "class=BOOM | class | must be one of OOM",
        "kind=bad | kind | must be one of failed_attempt",
        "limit=101 | limit | between 0 and 100",
        "order=up | order | asc or desc",
        "after=case_nope | after | id of a case",
        "after=case_00000000000000000000000000000000 | after | id of a case",
        "since=yesterday | since | ISO-8601",
        "clas=OOM | clas | There is no filter 'clas'; there are after, attribution, class",
      })
  void namesWhatIsWrongWithAFilter(String query, String param, String message) {
    Answer answer = server.ops("/ops/v1/cases?" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_value");
    assertThat(answer.param()).isEqualTo(param);
    assertThat(answer.message()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'why':'x'} | unsupported_parameter | why | Unknown parameter 'why'.",
        "{'note':{'a':1}} | invalid_value | note | 'note' must be a string.",
        "{'cases':['a',{}]} | invalid_value | cases[1] | 'cases[1]' must be a string.",
        "'x' | invalid_request | '' | The request body must be a JSON object.",
        "{'note': | invalid_request | '' | The request body is not valid JSON: Unexpected end-of-input",
      },
      quoteCharacter = '"')
  void namesWhatIsWrongWithABody(String body, String code, String param, String message) {
    Answer answer = server.ops("POST", "/ops/v1/families/family_1/split", body.replace('\'', '"'));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().at("/error/param").asText("")).isEqualTo(param.replace("''", ""));
    assertThat(answer.message())
        .contains(message)
        .doesNotContain("dev.kintsugi")
        .doesNotContain("\n");
  }

  @Test
  void pagesInBothOrders() {
    List<String> down = pages("desc");
    List<String> up = pages("asc");
    assertThat(down).hasSize(4).doesNotHaveDuplicates();
    assertThat(up).isEqualTo(down.reversed());
    assertThat(server.ops("/ops/v1/cases?limit=0").json().get("has_more").asBoolean()).isTrue();
  }

  private static List<String> pages(String order) {
    List<String> ids = new ArrayList<>();
    String after = "";
    JsonNode page;
    do {
      page = server.ops("/ops/v1/cases?limit=3&order=" + order + after).json();
      page.get("data").forEach(each -> ids.add(each.get("id").asText()));
      after = "&after=" + page.get("last_id").asText();
    } while (page.get("has_more").asBoolean());
    return ids;
  }

  @Test
  void showsACaseWithItsWholeTimeline() {
    String id = server.ops("/ops/v1/cases?rung=new_seed").json().at("/data/0/id").asText();
    JsonNode shown = server.ops("/ops/v1/cases/" + id).json();

    assertThat(shown.at("/case/video_id").asText()).isEqualTo(ball);
    assertThat(shown.at("/case/tenant").asText()).isEqualTo("default");
    assertThat(shown.at("/input/prompt").asText()).isEqualTo("a red ball");
    assertThat(shown.at("/input/seed").asInt()).isEqualTo(7);
    assertThat(shown.at("/features/words").asInt()).isEqualTo(3);
    assertThat(shown.at("/context/digest").asText()).isEqualTo("d1");
    assertThat(shown.at("/details/seed").asText()).isEqualTo("8");
    assertThat(shown.get("outcome").isNull()).isTrue();
    assertThat(shown.at("/family/cases").asInt()).isEqualTo(2);
    assertThat(shown.at("/family/fingerprint/message").asText()).isEqualTo("tried # mib");
    assertThat(shown.get("timeline").findValuesAsText("kind"))
        .filteredOn("case"::equals)
        .hasSize(2);
    assertThat(shown.get("timeline").findValuesAsText("text"))
        .contains("queued", "failed_attempt, OOM blamed on gpu at new_seed");
    assertThat(shown.get("timeline").findValuesAsText("at")).isSorted();
    assertThat(server.ops(shown.at("/links/same_video").asText()).json().get("data")).hasSize(2);
    assertThat(server.ops(shown.at("/links/family").asText()).status()).isEqualTo(200);
  }

  @Test
  void saysWhichCaseFamilyOrReplayThereIsNot() {
    for (String path :
        List.of(
            "/ops/v1/cases/case_x",
            "/ops/v1/cases/case_00000000000000000000000000000000",
            "/ops/v1/families/fam_x",
            "/ops/v1/cases/case_x/replays/replay_y")) {
      Answer answer = server.ops(path);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("not_found");
      assertThat(answer.message()).startsWith("There is no ");
    }
  }

  @Test
  void aFixedFamilyThatComesBackIsRegressed() {
    String family =
        server.ops("/ops/v1/cases?class=NODE_LOST").json().at("/data/0/family_id").asText();
    assertThat(patch(family, "{\"status\":\"fixed\",\"note\":\"new cable\"}").status())
        .isEqualTo(200);
    assertThat(server.ops("/ops/v1/families?status=fixed").json().at("/data/0/note").asText())
        .isEqualTo("new cable");

    NewCase again = failed(cat, "attempt_5", "NODE_LOST", "node", "as_asked", "gone", "r2", 0);
    server
        .bean(Ledger.class)
        .write(
            new NewCase(
                again.kind(),
                cat,
                again.attemptId(),
                again.failureClass(),
                again.attribution(),
                again.rung(),
                again.message(),
                again.nodeId(),
                again.revision(),
                again.context(),
                again.details(),
                Instant.parse("2100-01-01T00:00:00Z")));

    JsonNode shown = server.ops("/ops/v1/families/" + family).json();
    assertThat(shown.get("status").asText()).isEqualTo("regressed");
    assertThat(shown.get("note").asText()).startsWith("case_");
    assertThat(shown.get("cases").asInt()).isEqualTo(2);
    server
        .database()
        .execute(
            "BEGIN; SET LOCAL kintsugi.ledger_retention = 'on';"
                + " DELETE FROM failure_case WHERE attempt_id = 'attempt_5'; COMMIT");
  }

  @Test
  void refusesAStatusThatOnlyTheLedgerSets() {
    String family = server.ops("/ops/v1/families").json().at("/data/0/id").asText();
    for (String body : List.of("{\"status\":\"regressed\"}", "{\"status\":\"gone\"}", "{}")) {
      Answer answer = patch(family, body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.param()).isEqualTo("status");
    }
  }

  @Test
  void ageRemovesCasesWithTheirInputs() {
    server
        .bean(Ledger.class)
        .write(failed(ball, "attempt_old", "STALLED", "node", "", "slow", "r1", -4_000_000));
    CaseStore store = server.bean(CaseStore.class);

    assertThat(store.prune(NOON.minusSeconds(1), 100)).isEqualTo(1);
    assertThat(store.prune(NOON.minusSeconds(1), 100)).isZero();
    assertThat(
            server
                .database()
                .number("SELECT count(*) FROM failure_input WHERE job_id = '" + ball + "'"))
        .isOne();
  }

  private static Answer patch(String family, String json) {
    return server.send(
        server
            .request("/ops/v1/families/" + family, OPS_KEY)
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(json)));
  }
}
