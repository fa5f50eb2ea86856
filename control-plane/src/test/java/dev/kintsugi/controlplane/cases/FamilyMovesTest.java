package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.cases.TestCases.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.knowledge.Ask;
import dev.kintsugi.controlplane.knowledge.Found;
import dev.kintsugi.controlplane.knowledge.Found.Hit;
import dev.kintsugi.controlplane.knowledge.TestKnowledge;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people do with families, over HTTP and on real PostgreSQL. */
class FamilyMovesTest {

  /** After whatever an operator sets in the test. */
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  private static TestServer server;
  private static String job;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of("kintsugi.knowledge.look-every", "1h"));
    job = TestCases.submitted(server, "a juggler");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String family(String message) {
    return familyOf(TestCases.written(server, job, "INTERNAL", message, NOON));
  }

  private static String familyOf(String id) {
    return server.ops("/ops/v1/cases/" + id).json().at("/case/family_id").asText();
  }

  private static Answer send(String method, String path, String json) {
    return server.send(
        server
            .request(path, TestServer.OPS_KEY)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json)));
  }

  private static Answer post(String family, String what, String json) {
    return send("POST", "/ops/v1/families/" + family + "/" + what, json);
  }

  private static Answer merge(String family, String into) {
    return post(family, "merge", "{\"into\":\"%s\",\"note\":\"the same\"}".formatted(into));
  }

  private static JsonNode shown(String family) {
    return server.ops("/ops/v1/families/" + family).json();
  }

  private static List<String> cases(String family) {
    List<String> ids = new ArrayList<>();
    server
        .ops("/ops/v1/cases?family=" + family)
        .json()
        .get("data")
        .forEach(each -> ids.add(each.get("id").asText()));
    return ids;
  }

  private static List<String> history(String family) {
    return server.ops("/ops/v1/families/" + family + "/history").json().findValuesAsText("action");
  }

  @Test
  void mergedFamiliesCountAsOneAndComeApartAgain() {
    String a = family("alpha broke");
    String b = family("beta broke");
    String c = family("gamma broke");
    assertThat(merge(a, b).status()).isEqualTo(200);
    JsonNode both = merge(b, c).json();
    assertThat(both.get("id").asText()).isEqualTo(c);
    assertThat(both.get("cases").asInt()).isEqualTo(3);
    assertThat(cases(c)).hasSize(3);
    assertThat(shown(a).get("merged_into").asText()).isEqualTo(b);
    assertThat(server.ops("/ops/v1/families?limit=100").json().findValuesAsText("id"))
        .contains(c)
        .doesNotContain(a, b);

    assertThat(family("alpha broke")).as("a new case of it").isEqualTo(c);
    assertThat(shown(c).get("cases").asInt()).isEqualTo(4);
    assertThat(send("PATCH", "/ops/v1/families/" + a, "{\"status\":\"fixed\"}").status())
        .isEqualTo(409);

    assertThat(post(b, "unmerge", "{}").json().get("cases").asInt()).isEqualTo(3);
    assertThat(shown(c).get("cases").asInt()).isEqualTo(1);
    assertThat(family("alpha broke")).as("it stayed in the one between").isEqualTo(b);
    assertThat(post(a, "unmerge", "").json().get("cases").asInt()).isEqualTo(3);
    assertThat(family("alpha broke")).isEqualTo(a);
    assertThat(post(a, "unmerge", "{}").code()).isEqualTo("conflict");
    assertThat(history(b)).containsExactly("absorbed", "merged", "parted", "released");
  }

  @Test
  void aFixHoldsOrNotOverAllThatIsMerged() {
    String fixed = family("delta broke");
    String other = family("epsilon broke");
    send("PATCH", "/ops/v1/families/" + fixed, "{\"status\":\"fixed\"}");
    assertThat(merge(other, fixed).json().get("status").asText())
        .as("all older than the fix")
        .isEqualTo("fixed");
    TestCases.written(server, job, "INTERNAL", "epsilon broke", LATER);
    assertThat(shown(fixed).get("status").asText()).isEqualTo("regressed");
    assertThat(shown(other).get("status").asText()).isEqualTo("open");

    String third = family("zeta broke");
    String newer = familyOf(TestCases.written(server, job, "INTERNAL", "eta broke", LATER));
    send("PATCH", "/ops/v1/families/" + third, "{\"status\":\"fixed\"}");
    assertThat(merge(newer, third).json().get("status").asText()).isEqualTo("regressed");
  }

  @Test
  void casesThatAreSplitOffAreAFamilyAndCanBePutBack() {
    String first = TestCases.written(server, job, "INTERNAL", "theta broke", NOON);
    String second = TestCases.written(server, job, "INTERNAL", "theta broke", NOON.plusSeconds(5));
    String third = TestCases.written(server, job, "INTERNAL", "theta broke", NOON.plusSeconds(9));
    String family = familyOf(third);
    String cases = "{\"cases\":[\"%s\",\"%s\"]}".formatted(second, third);
    JsonNode fresh = post(family, "split", cases).json();
    String split = fresh.get("id").asText();
    assertThat(fresh.get("cases").asInt()).isEqualTo(2);
    assertThat(cases(split)).containsExactlyInAnyOrder(second, third);
    assertThat(cases(family)).hasSize(1);
    assertThat(shown(family).get("cases").asInt()).isEqualTo(1);
    assertThat(familyOf(first)).isEqualTo(family);
    assertThat(family("theta broke")).as("a new one is not moved").isEqualTo(family);
    assertThat(post(family, "split", cases).code()).as("not there any more").isEqualTo("conflict");

    assertThat(merge(split, family).json().get("cases").asInt()).isEqualTo(4);
    assertThat(cases(family)).hasSize(4);
    assertThat(post(family, "split", "{\"cases\":[]}").param()).isEqualTo("cases");
    assertThat(post(family, "split", "{\"cases\":[null]}").param()).isEqualTo("cases");
    assertThat(post(family, "split", "{\"cases\":[\"case_x\"]}").status()).isEqualTo(400);
  }

  @Test
  void theNoteOfASplitIsFoundAsItIsAfterARebuild(@TempDir Path directory) {
    String first = TestCases.written(server, job, "INTERNAL", "omega broke", NOON);
    TestCases.written(server, job, "INTERNAL", "omega broke", NOON.plusSeconds(5));
    TestKnowledge index = TestKnowledge.of(server);
    index.settle();
    post(
        familyOf(first),
        "split",
        "{\"cases\":[\"%s\"],\"note\":\"the gasket leaks\"}".formatted(first));
    index.settle();
    Ask asked = new Ask("gasket", Map.of(), null, List.of(), null, null);
    List<Hit> found = hits(index, asked);
    assertThat(found).hasSize(1);
    try (TestKnowledge rebuilt = TestKnowledge.startedIn(directory, server)) {
      assertThat(hits(rebuilt, asked)).isEqualTo(found);
    }
  }

  private static List<Hit> hits(TestKnowledge index, Ask asked) {
    return index.knowledge().find(asked).map(Found::hits).orElseThrow();
  }

  @Test
  void ofTwoOperatorsAtOnceOneIsToldOfTheConflict() throws Exception {
    for (int round = 0; round < 5; round++) {
      String a = family("iota broke " + "x".repeat(round + 1));
      String b = family("kappa broke " + "x".repeat(round + 1));
      List<Integer> statuses = atOnce(() -> merge(a, b).status(), () -> merge(b, a).status());
      assertThat(statuses).containsExactlyInAnyOrder(200, 409);
    }
  }

  @Test
  void casesThatComeDuringAMergeAreCounted() throws Exception {
    String a = family("lambda broke");
    String b = family("mu broke");
    atOnce(
        () -> merge(a, b).status(),
        () -> {
          for (int i = 0; i < 20; i++) {
            TestCases.written(server, job, "INTERNAL", "lambda broke", NOON.plusSeconds(i));
          }
          return 0;
        });
    assertThat(shown(b).get("cases").asInt()).isEqualTo(22);
    assertThat(server.ops("/ops/v1/cases?limit=100&family=" + b).json().get("data")).hasSize(22);
  }

  private static List<Integer> atOnce(Callable<Integer> one, Callable<Integer> other)
      throws Exception {
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> each : both.invokeAll(List.of(one, other))) {
        results.add(each.get());
      }
      return results;
    }
  }

  @Test
  void linksAreCheckedAddedOnceAndRemoved() {
    String family = family("nu broke");
    String link = "{\"kind\":\"%s\",\"ref\":\"%s\"}";
    assertThat(post(family, "links", link.formatted("job", job)).status()).isEqualTo(200);
    post(family, "links", link.formatted("rollout", "studio/wan-2"));
    post(family, "links", link.formatted("runbook", "gpu-oom"));
    JsonNode shown = post(family, "links", link.formatted("runbook", "gpu-oom")).json();
    assertThat(shown.get("links").findValuesAsText("ref"))
        .containsExactly(job, "studio/wan-2", "gpu-oom");
    assertThat(shown.at("/links/0/added_by").asText()).startsWith("key_");
    assertThat(post(family, "links", link.formatted("page", "x")).param()).isEqualTo("kind");
    assertThat(post(family, "links", link.formatted("runbook", "No!")).param()).isEqualTo("ref");
    assertThat(post(family, "links", link.formatted("job", "video_" + "0".repeat(32))).message())
        .contains("There is no video");
    String path = "/ops/v1/families/" + family + "/links?kind=runbook&ref=gpu-oom";
    assertThat(send("DELETE", path, "").json().get("links")).hasSize(2);
    assertThat(send("DELETE", path, "").status()).isEqualTo(404);
    assertThat(history(family)).containsExactly("linked", "linked", "linked", "unlinked");
  }

  @Test
  void aNoteAloneLeavesTheStatusAndOneThatCannotBeKeptIsRefused() {
    String path = "/ops/v1/families/" + family("xi broke");
    JsonNode before = send("PATCH", path, "{\"status\":\"explained\"}").json();
    JsonNode after = send("PATCH", path, "{\"note\":\"a loose cable\"}").json();
    assertThat(after.get("note").asText()).isEqualTo("a loose cable");
    assertThat(after.get("status_at")).isEqualTo(before.get("status_at"));
    for (String refused :
        List.of("{\"note\":\"a\\u0000b\"}", "{\"note\":\"%s\"}".formatted("n".repeat(2_001)))) {
      Answer answer = send("PATCH", path, refused);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.param()).isEqualTo("note");
    }
    String rule =
        "{\"service\":\"studio/wan-tiny\",\"features\":[\"word:fog\"],\"note\":\"\\u0000\"}";
    assertThat(send("POST", "/ops/v1/prompt-rules", rule).param()).isEqualTo("note");
  }
}
