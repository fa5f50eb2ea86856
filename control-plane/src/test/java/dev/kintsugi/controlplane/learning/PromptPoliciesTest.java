package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.slo.Objectives;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.slo.BudgetGate;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Policies as an operator pushes them: over real HTTP, on real PostgreSQL. */
class PromptPoliciesTest {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final String RULES = "/ops/v1/prompt-rules";
  private static final String PARTY = "a party 🎉🎉🎉🎉🎉 at night";
  private static final Map<String, Object> SETTINGS =
      Map.of(
          "kintsugi.fleet.token", TOKEN,
          "kintsugi.learning.look-every", "1h",
          "kintsugi.learning.refresh-every", "1h",
          "kintsugi.screening.policies-every", "200ms",
          "kintsugi.slo.every", "200ms");

  /** Each test has its own, as each resource has. */
  private static final AtomicInteger UIDS = new AtomicInteger();

  private static TestServer server;

  private final String uid = "uid-" + UIDS.incrementAndGet();

  @BeforeAll
  static void start() {
    server = TestServer.start(SETTINGS);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void forget() {
    fleet("DELETE", "own", "");
    fleet("DELETE", "other", "");
  }

  private static Answer fleet(String method, String name, String body) {
    return send(method, "/fleet/v1/prompt-policies/studio/" + name, body);
  }

  private static Answer send(String method, String path, String body) {
    return server.send(
        server
            .request(path, TOKEN)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body)));
  }

  private static String policy(String uid, int generation, String rest) {
    return "{\"uid\":\"%s\",\"generation\":%d,\"created_at\":\"2026-01-01T00:00:00Z\",\"service\":\"wan-tiny\",%s}"
        .formatted(uid, generation, rest);
  }

  private JsonNode put(int generation, String rest) {
    Answer answer = fleet("PUT", "own", policy(uid, generation, rest));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static JsonNode evidence() {
    return fleet("GET", "own", "").json();
  }

  private static String verdict(TestServer of, String prompt) {
    return of.post("/v1/prompts/screen", "{\"prompt\":\"%s\"}".formatted(prompt))
        .json()
        .get("verdict")
        .asText();
  }

  private static JsonNode rule(String id) {
    return server.ops(RULES + "/" + id).json();
  }

  private static void learn() {
    server.bean(Learning.class).look();
    server.bean(LearnedRules.class).refresh();
  }

  private static void fail(Claim claim) {
    server.worker().fail(claim, Attribution.INPUT);
  }

  @Test
  void limitsAndTermsAreInForceAtOnceAndStayWithoutAnOperator() {
    assertThat(verdict(server, PARTY)).isEqualTo("reject");
    put(
        1,
        "\"thresholds\":{\"emojiRun\":9},\"terms\":{\"categories\":{\"brands\":[\"Acme Corp\"]},"
            + "\"exceptions\":[\"acme corp museum\"]}");
    assertThat(verdict(server, PARTY)).isEqualTo("accept");
    assertThat(verdict(server, "the sign of ACME  corp")).isEqualTo("reject");
    assertThat(verdict(server, "the acme corp museum at dusk")).isEqualTo("accept");
    TestServer replica = TestServer.start(server.database(), SETTINGS);
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(verdict(replica, PARTY)).isEqualTo("accept"));
    } finally {
      replica.stop();
    }
    assertThat(fleet("DELETE", "own", "").status()).isEqualTo(204);
    assertThat(verdict(server, PARTY)).isEqualTo("reject");
    assertThat(verdict(server, "the sign of acme corp")).isEqualTo("accept");
  }

  @Test
  void aPolicySaysWhatIsHeldAndHowLongAPersonMayTake() {
    put(1, "\"thresholds\":{\"reviewLength\":50},\"decide_within_seconds\":3600");
    Instant before = Instant.now();
    String id =
        server.submit(
            "{\"prompt\":\"a small cat (on a mat [by the wall of a house] at dusk) in the rain\"}");
    JsonNode video = server.get("/v1/videos/" + id).json();
    assertThat(Instant.ofEpochSecond(video.at("/review/decide_by").asLong()))
        .isBetween(before.plusSeconds(3_590), before.plusSeconds(3_700));
  }

  @Test
  void pushesAreVersionedAndTheOlderOfTwoForTheSameIsInForce() {
    String first = "\"thresholds\":{\"emojiRun\":9}";
    put(2, first);
    assertThat(put(2, first).get("observed_generation").asInt()).isEqualTo(2);
    Answer late = fleet("PUT", "own", policy(uid, 1, first));
    assertThat(late.code()).isEqualTo("stale_generation");

    String twin =
        policy(uid + "-b", 1, "\"thresholds\":{\"emojiRun\":2}")
            .replace("2026-01-01", "2026-01-02");
    assertThat(fleet("PUT", "other", twin).json().get("taken_by").asText()).isEqualTo("own");
    String wide = twin.replace("\"service\":\"wan-tiny\",", "").replace(":1,", ":2,");
    assertThat(fleet("PUT", "other", wide).json().has("taken_by")).isFalse();
    assertThat(verdict(server, PARTY)).as("its own policy wins").isEqualTo("accept");

    fleet("DELETE", "own", "");
    assertThat(verdict(server, "a 🎉🎉 party")).isEqualTo("reject");
    assertThat(fleet("PUT", "own", policy(uid, 3, first)).code()).isEqualTo("stale_generation");
    assertThat(fleet("GET", "own", "").code()).isEqualTo("not_found");
    fleet("DELETE", "own?uid=" + uid + "-c", "");
    assertThat(fleet("PUT", "own", policy(uid + "-c", 1, first)).code())
        .as("deleted while its push was on its way")
        .isEqualTo("stale_generation");
    Answer nothing = fleet("PUT", "own", policy(uid + "-d", 1, "\"rules\":[null]"));
    assertThat(nothing.status()).as(nothing.toString()).isEqualTo(400);
    assertThat(nothing.message()).doesNotContain("dev.kintsugi").doesNotContain("not valid JSON");
    Answer customer =
        server.send(server.request("/fleet/v1/prompt-policies/studio/own", TestServer.KEY));
    assertThat(customer.status()).isEqualTo(401);
  }

  @Test
  void everyProblemIsToldAtOnce() {
    Answer answer =
        fleet(
            "PUT",
            "own",
            policy(
                uid,
                0,
                """
                "thresholds":{"emojiRun":1,"loudness":3},
                "rules":[{"name":"A","features":["frames>=50","topic:sea~1"],"stage":"loud"},
                  {"name":"b","features":["word:fox"],"stage":"shadow"},
                  {"name":"b","features":["word:fox"],"stage":"shadow"}],
                "terms":{"categories":{"Bad one":["ab"]},"exceptions":[""]},
                "promotion":{"least_precision":0.1,"canary_share":1,"explore_share":0.6},
                "decide_within_seconds":0
                """));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message())
        .contains(
            "generation: must be at least 1",
            "thresholds.emojiRun: must be 2 to 100, but is 1",
            "thresholds.loudness: there is no such threshold",
            "rules[0].name: must be a DNS label",
            "rules[0].stage: must be shadow, canary or enforced",
            "rules[0].features: 'frames>=50' is no feature",
            "rules[0].features: 'topic:sea~1' is no topic of the service that the policy names",
            "rules[2].name: the same as that of rules[1]",
            "rules[2].features: the same as that of rules[1]",
            "category 'Bad one' must be a DNS label",
            "lexicon.terms.Bad one: a term has 3 to 100 characters",
            "lexicon.exceptions: a term has",
            "promotion.leastPrecision: must be 0.2 to 0.95",
            "promotion.canaryShare",
            "promotion.exploreShare",
            "review.decideWithin: must be 1s to 720h, but is 0s");
  }

  @Test
  void aWrittenRuleActsAndAVetoHoldsUntilTheEntryChanges() {
    String enforced =
        "\"rules\":[{\"name\":\"no-lava\",\"features\":[\"word:lava\"],\"stage\":\"enforced\",\"note\":\"hot\"}]";
    JsonNode told = put(1, enforced).at("/rules/0");
    assertThat(told.get("name").asText()).isEqualTo("no-lava");
    assertThat(told.get("origin").asText()).isEqualTo("policy");
    assertThat(told.get("stage").asText()).isEqualTo("enforced");
    String id = told.get("id").asText();
    assertThat(verdict(server, "a lava lake")).isEqualTo("reject");
    assertThat(rule(id).get("policy").asText()).isEqualTo("studio/own");

    server.ops("PATCH", RULES + "/" + id, "{\"stage\":\"retired\",\"pinned\":true}");
    put(2, enforced + ",\"thresholds\":{\"emojiRun\":9}");
    assertThat(rule(id).get("stage").asText()).isEqualTo("retired");

    put(3, enforced.replace("\"enforced\"", "\"shadow\""));
    assertThat(rule(id).get("stage").asText()).isEqualTo("shadow");
    put(4, "\"rules\":[]");
    assertThat(rule(id).get("stage").asText()).isEqualTo("retired");
    assertThat(rule(id).get("origin").asText()).isEqualTo("manual");
    JsonNode changes = rule(id).get("changes");
    assertThat(changes).hasSize(4);
    assertThat(changes.at("/0/actor").asText()).isEqualTo("policy");
    assertThat(changes.at("/0/reason").asText())
        .isEqualTo("Rule 'no-lava' of policy studio/own. hot");
    assertThat(changes.at("/3/reason").asText())
        .isEqualTo("Policy studio/own does not have it any more.");
    assertThat(evidence().get("rules")).isEmpty();
  }

  @Test
  void aPolicyForTheNamespaceWritesItsRulesForEveryServiceThatHasNone() throws Exception {
    for (String name : List.of("one", "two", "own")) {
      String path = "/fleet/v1/services/rooms/" + name;
      assertThat(send("PUT", path, new ObjectMapper().writeValueAsString(service(name))).status())
          .isEqualTo(200);
    }
    String rules =
        "\"rules\":[{\"name\":\"no-fog\",\"features\":[\"word:fog\"],\"stage\":\"canary\"}]";
    String wide = policy(uid, 1, rules).replace("\"service\":\"wan-tiny\",", "");
    String own = policy(uid + "-own", 1, "\"rules\":[]").replace("wan-tiny", "own");
    String path = "/fleet/v1/prompt-policies/rooms/";
    assertThat(send("PUT", path + "own", own).status()).isEqualTo(200);
    JsonNode told = send("PUT", path + "wide", wide).json();
    assertThat(told.get("services"))
        .extracting(JsonNode::asText)
        .containsExactly("rooms/one", "rooms/two");
    assertThat(told.get("rules"))
        .extracting(rule -> rule.get("service").asText())
        .containsExactlyInAnyOrder("rooms/one", "rooms/two");
    send("DELETE", path + "own", "");
    assertThat(send("GET", path + "wide", "").json().get("rules")).hasSize(3);
    send("DELETE", path + "wide", "");
    assertThat(server.ops(RULES + "?service=rooms/one&stage=retired").json().get("data"))
        .hasSize(1);
  }

  private static ServiceState service(String name) {
    return new ServiceState(
        name,
        1,
        1,
        name,
        600,
        List.of(),
        List.of(new ServiceState.Revision("r1", "1", null, 100)),
        List.of(),
        List.of("new_seed"),
        null);
  }

  @Test
  void whereAPersonApprovesAProvenRuleWaitsInTheShadow() {
    put(
        1,
        "\"promotion\":{\"manual\":true,\"least_precision\":0.3},"
            + "\"rules\":[{\"name\":\"geysers\",\"features\":[\"word:geyser\"],\"stage\":\"shadow\"}]");
    for (int i = 0; i < 12; i++) {
      server.submit("{\"prompt\":\"a geyser take%d\"}".formatted(i));
      fail(server.worker().claim());
    }
    learn();
    JsonNode told = evidence().at("/rules/0");
    assertThat(told.get("stage").asText()).isEqualTo("shadow");
    assertThat(told.get("matched").asInt()).isEqualTo(12);
    assertThat(told.get("outlook").asText())
        .contains("with 30 % wanted", "waits for a person, as its policy says");
    put(
        2,
        "\"promotion\":{\"manual\":false},"
            + "\"rules\":[{\"name\":\"geysers\",\"features\":[\"word:geyser\"],\"stage\":\"shadow\"}]");
    learn();
    assertThat(evidence().at("/rules/0/stage").asText()).isEqualTo("canary");
  }

  /** A quarter is let through, and fails: so did what was stopped, as far as that can tell. */
  @Test
  void whatIsStoppedAndWhatFailedAddUpToTheInterceptionRate() {
    JsonNode before =
        put(
            1,
            "\"promotion\":{\"explore_share\":0.25},\"rules\":[{\"name\":\"ash\","
                + "\"features\":[\"word:ash\"],\"stage\":\"enforced\",\"pinned\":true}]");
    long goodBefore = before.at("/interception/good").asLong();
    long failedBefore = before.at("/interception/failed").asLong();
    long rejectedBefore = before.at("/verdicts/reject").asLong();
    int stopped = 0;
    int failed = 0;
    while (failed < 5 || stopped < 10) {
      String prompt = "{\"prompt\":\"falling ash take%d\"}".formatted(stopped + failed);
      if (server.post("/v1/videos", prompt).status() == 400) {
        stopped++;
      } else {
        fail(server.worker().claim());
        failed++;
      }
    }
    for (int i = 0; i < 20; i++) {
      server.submit("{\"prompt\":\"falling snow\"}");
      server.worker().complete(server.worker().claim());
    }
    learn();
    int all = stopped;
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> evidence().at("/interception/stopped").asInt() == all);

    JsonNode told = evidence().get("interception");
    assertThat(told.at("/intercepted/value").asDouble()).isCloseTo(stopped, within(1e-9));
    assertThat(told.get("failed").asLong()).isEqualTo(failedBefore + failed);
    assertThat(told.get("good").asLong()).isEqualTo(goodBefore + 20);
    double rate = (double) stopped / (stopped + failedBefore + failed);
    assertThat(told.at("/rate/value").asDouble()).isCloseTo(rate, within(1e-9));
    assertThat(told.at("/rate/low").asDouble()).isLessThan(rate);
    assertThat(told.at("/false_positives/value").asDouble()).isZero();
    assertThat(told.at("/false_positives/high").asDouble()).isPositive();
    JsonNode listed = server.ops("/ops/v1/interception?service=studio/wan-tiny&hours=1").json();
    assertThat(listed.at("/data/0/interception")).isEqualTo(told);
    assertThat(server.ops("/ops/v1/interception?hours=0").json().at("/error/param").asText())
        .isEqualTo("hours");
    assertThat(server.ops("/ops/v1/interception?service=a/b").json().get("data")).isEmpty();

    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              server.bean(LearnedRules.class).refresh();
              JsonNode counted = evidence();
              assertThat(counted.at("/verdicts/reject").asLong()).isEqualTo(rejectedBefore + all);
              assertThat(counted.at("/reasons/learned_rule").asInt()).isGreaterThanOrEqualTo(all);
              assertThat(counted.at("/stages/enforced").asInt()).isEqualTo(1);
              assertThat(counted.at("/rules/0/stopped").asInt()).isEqualTo(all);
            });
    objectives(rate);
  }

  private static void objectives(double rate) {
    for (String kind : new String[] {"interceptionRate", "promptFalsePositives"}) {
      Answer pushed =
          send(
              "PUT",
              "/fleet/v1/objectives/studio/" + kind.toLowerCase(Locale.ROOT),
              "{\"uid\":\"%s\",\"generation\":1,\"service\":\"wan-tiny\",\"target\":0.1,\"window_seconds\":86400,\"indicator\":\"%s\"}"
                  .formatted(kind, kind));
      assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
    }
    JsonNode kept = server.ops("/ops/v1/slos/studio/interceptionrate").json().get("evidence");
    assertThat(kept.get("state").asText()).isEqualTo("OK");
    assertThat(kept.get("current").asDouble()).isCloseTo(rate, within(1e-9));
    assertThat(kept.get("current_low").asDouble()).isLessThan(rate);
    assertThat(kept.get("current_high").asDouble()).isGreaterThanOrEqualTo(rate);
    assertThat(server.bean(Objectives.class).gate("studio/wan-tiny").verdict())
        .as("whatever they come to, no rollout waits for them")
        .isEqualTo(BudgetGate.Verdict.NO_OBJECTIVE);
    JsonNode spared = server.ops("/ops/v1/slos/studio/promptfalsepositives").json().get("evidence");
    assertThat(spared.get("current").asDouble()).isEqualTo(1);
    assertThat(spared.get("current_low").asDouble()).isLessThan(1);
  }
}
