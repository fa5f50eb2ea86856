package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.OneDay;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.learning.Sample;
import dev.kintsugi.core.learning.SampleSet;
import dev.kintsugi.core.recovery.Attribution;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On real PostgreSQL and over real HTTP; only the videos are made up. */
class LearningTest {

  private static final String RULES = "/ops/v1/prompt-rules";
  private static final List<String> SUBJECTS = List.of("cat", "dog", "fox", "owl", "robot");
  private static final List<String> PLACES =
      List.of("on a beach", "in a forest", "under rain", "at night");

  private TestServer server;
  private int takes;

  @BeforeEach
  void start() {
    OneDay.begin();
    server =
        TestServer.start(
            Map.of(
                "kintsugi.learning.look-every", "1h",
                "kintsugi.learning.refresh-every", "1h",
                "kintsugi.learning.explore-share", "0.25"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String prompt(int i) {
    return "a %s %s".formatted(SUBJECTS.get(i % 5), PLACES.get(i / 5 % 4));
  }

  /** Another prompt each time, by a word that no other has. */
  private String body(String prompt) {
    return "{\"prompt\":\"%s take%d\"}".formatted(prompt, ++takes);
  }

  private Claim claimed(String prompt) {
    server.submit(body(prompt));
    return server.worker().claim();
  }

  private void good(String prompt, int jobs) {
    IntStream.range(0, jobs).forEach(i -> server.worker().complete(claimed(prompt)));
  }

  private void fails(String prompt, Attribution blame, int jobs) {
    for (int i = 0; i < jobs; i++) {
      Claim claim = claimed(prompt);
      server.worker().fail(claim, blame);
    }
  }

  private void learn() {
    server.bean(Stops.class).flush();
    server.bean(Learning.class).look();
    server.bean(LearnedRules.class).refresh();
  }

  private JsonNode mine() {
    return server
        .ops("POST", RULES + "/mine", "{\"service\":\"%s\"}".formatted(FixedModels.SERVICE))
        .json()
        .get("data");
  }

  private JsonNode rule(String id) {
    return server.ops(RULES + "/" + id).json();
  }

  private void ordinaryDays() {
    for (int i = 0; i < 100; i++) {
      good(prompt(i), 1);
    }
    fails("a robot at night", Attribution.NODE, 10);
    fails("an owl in a forest", Attribution.INPUT, 1);
    fails("a cat on a beach", Attribution.INPUT, 1);
  }

  @Test
  void whatFailuresHaveInCommonIsFoundWatchedEnforcedAndLetGo() {
    ordinaryDays();
    fails("a red dragon at night", Attribution.INPUT, 20);
    learn();
    JsonNode found = mine();
    assertThat(found).hasSize(1);
    assertThat(found.at("/0/features")).extracting(JsonNode::asText).hasSize(1);
    String id = found.at("/0/id").asText();
    assertThat(rule(id).at("/features/0").asText()).isEqualTo("word:dragon");
    assertThat(rule(id).at("/found/failed").asInt()).isEqualTo(20);
    assertThat(rule(id).at("/stage").asText()).isEqualTo("candidate");
    assertThat(mine()).as("found once").isEmpty();

    learn();
    assertThat(rule(id).get("stage").asText()).isEqualTo("shadow");
    fails("the dragon of a lake", Attribution.INPUT, 10);
    good("the cat of a lake", 5);
    learn();
    assertThat(rule(id).get("stage").asText()).isEqualTo("shadow");
    assertThat(rule(id).get("matched").asInt()).as("only what came since then").isEqualTo(10);
    assertThat(screened("a dragon").get("verdict").asText()).isEqualTo("accept");
    fails("the dragon of a lake", Attribution.INPUT, 1);
    learn();
    assertThat(rule(id).get("stage").asText()).isEqualTo("canary");
    assertThat(rule(id).get("matched").asInt()).isZero();

    refused("the dragon of a lake", Attribution.NODE);
    letThrough("canary", id);
    assertThat(rule(id).get("stage").asText()).isEqualTo("enforced");
    assertThat(rule(id).get("outlook").asText()).startsWith("0 of 0 let through failed");
    assertThat(screened("a DRAGON asleep").at("/reasons/0/rule").asText())
        .isEqualTo("learned_rule");
    JsonNode refused = refused("a ＤＲＡＧＯＮ asleep");
    assertThat(refused.at("/error/code").asText()).isEqualTo("prompt_rejected");
    assertThat(refused.at("/error/reasons/0/text").asText()).isEqualTo("ＤＲＡＧＯＮ");
    assertThat(refused.at("/error/reasons/0/start").asInt()).isEqualTo(2);
    assertThat(refused.at("/error/message").asText())
        .isEqualTo(
            "Videos with the word \"dragon\" fail on this service (20 of 20 did). Change one of these.");
    server.bean(Stops.class).flush();
    assertThat(rule(id).get("stopped").asInt()).isPositive();

    causeIsMended(id);
    assertThat(rule(id).get("stage").asText()).isEqualTo("retired");
    assertThat(rule(id).get("changes").findValuesAsText("to"))
        .containsExactly("candidate", "shadow", "canary", "enforced", "retired");
    assertThat(server.submit("{\"prompt\":\"a dragon asleep\"}")).startsWith("video_");
    assertThat(mine()).as("its old failures do not bring it back").isEmpty();
  }

  /** Prompts of a rule in trial that are let through fail, until it moves on. */
  private void letThrough(String stage, String id) {
    for (int i = 0; i < 200 && rule(id).get("stage").asText().equals(stage); i++) {
      if (server.post("/v1/videos", body("the dragon of a lake")).status() == 200) {
        server.worker().fail(server.worker().claim(), Attribution.INPUT);
        learn();
      }
    }
  }

  private JsonNode refused(String prompt) {
    return refused(prompt, null);
  }

  /**
   * What is answered when one is stopped.
   *
   * @param blame for those that are let through until then; null when they go well
   */
  private JsonNode refused(String prompt, @Nullable Attribution blame) {
    for (int i = 0; i < 50; i++) {
      Answer answer = server.post("/v1/videos", body(prompt));
      if (answer.status() == 400) {
        return answer.json();
      }
      Claim claim = server.worker().claim();
      if (blame == null) {
        server.worker().complete(claim);
      } else {
        server.worker().fail(claim, blame);
      }
    }
    throw new AssertionError("none of 50 was stopped");
  }

  /** The few that are let through go well now. */
  private void causeIsMended(String id) {
    for (int i = 0; i < 2_000 && rule(id).get("stage").asText().equals("enforced"); i++) {
      if (server.post("/v1/videos", body("a dragon asleep")).status() == 200) {
        server.worker().complete(server.worker().claim());
        learn();
      }
    }
  }

  private JsonNode screened(String prompt) {
    return server.post("/v1/prompts/screen", "{\"prompt\":\"%s\"}".formatted(prompt)).json();
  }

  @Test
  void chanceAndFaultsOfNodesTeachNothing() {
    ordinaryDays();
    learn();
    assertThat(mine()).isEmpty();
    assertThat(samples("failed")).isEqualTo(2);
    assertThat(samples("failed IS NULL")).isEqualTo(10);
  }

  private long samples(String which) {
    return server.database().number("SELECT count(*) FROM prompt_sample WHERE " + which);
  }

  @Test
  void aDeletedVideoTakesItsWordsAlong() {
    String id = server.submit("{\"prompt\":\"a secret dragon\"}");
    server.worker().makeOne();
    learn();
    assertThat(samples("'word:secret' = ANY(features)")).isEqualTo(1);
    assertThat(server.send(server.request("/v1/videos/" + id).DELETE()).status()).isEqualTo(200);
    assertThat(samples("true")).isZero();
    learn();
    assertThat(samples("true")).isZero();
  }

  @Test
  void aPersonWritesPinsMovesAndVetoesRules() {
    Answer made =
        server.ops(
            "POST",
            RULES,
            """
            {"service":"%s","features":["word:volcano","frames>=9"],"stage":"enforced",
             "pinned":true,"note":"burns every lens"}
            """
                .formatted(FixedModels.SERVICE));
    assertThat(made.status()).as(made.toString()).isEqualTo(200);
    String id = made.json().get("id").asText();
    assertThat(made.json().get("features"))
        .extracting(JsonNode::asText)
        .containsExactly("frames>=9", "word:volcano");
    learn();
    JsonNode refused = refused("a volcano at night");
    assertThat(refused.at("/error/message").asText())
        .isEqualTo(
            "Videos with 9 or more frames and the word \"volcano\" fail on this service. Change one of these.");
    assertThat(refused.get("error").hasNonNull("suggested_prompt")).isFalse();
    assertThat(server.submit("{\"prompt\":\"a hill at night\"}")).startsWith("video_");

    Answer veto =
        server.ops("PATCH", RULES + "/" + id, "{\"stage\":\"retired\",\"note\":\"mended\"}");
    assertThat(veto.json().get("stage").asText()).isEqualTo("retired");
    assertThat(veto.json().get("pinned").asBoolean()).isTrue();
    JsonNode last = veto.json().at("/changes/1");
    assertThat(last.get("from").asText()).isEqualTo("enforced");
    assertThat(last.get("actor").asText()).isNotEqualTo("learning");
    assertThat(last.get("reason").asText()).isEqualTo("mended");
    learn();
    assertThat(screened("a volcano at night").get("verdict").asText()).isEqualTo("accept");
    assertThat(server.ops(RULES + "?stage=retired").json().get("data")).hasSize(1);
    assertThat(server.ops(RULES + "?stage=shadow").json().get("data")).isEmpty();
    assertThat(server.ops(RULES + "?service=other/one").json().get("data")).isEmpty();
  }

  @Test
  void senselessWishesNameTheirField() {
    String good = "{\"service\":\"a/b\",\"features\":[\"word:x1\"]}";
    assertThat(server.ops("POST", RULES, good).status()).isEqualTo(200);
    assertThat(server.ops("POST", RULES, good).status()).as("twice").isEqualTo(409);
    assertThat(param("POST", RULES, "{\"features\":[\"word:x1\"]}")).isEqualTo("service");
    assertThat(param("POST", RULES, "{\"service\":\"a/b\"}")).isEqualTo("features");
    assertThat(param("POST", RULES, "{\"service\":\"a/b\",\"features\":[\"frames>=7\"]}"))
        .isEqualTo("features");
    for (String never :
        List.of("word:Volcano", "word:two words", "han:悲伤欲绝", "word:" + "ab".repeat(2_000))) {
      assertThat(param("POST", RULES, good.replace("word:x1", never))).isEqualTo("features");
    }
    assertThat(param("POST", RULES, good.replace("\"word:x1\"", "null"))).isEqualTo("features");
    assertThat(param("POST", RULES, good.replace("word:x1", "topic:dragon~1")))
        .as("mining found none")
        .isEqualTo("features");
    assertThat(param("POST", RULES, good.replace("]}", ",\"word:a1\",\"word:b1\",\"word:c1\"]}")))
        .as("four would take longer than three")
        .isEqualTo("features");
    assertThat(param("POST", RULES, good.replace("]}", "],\"stage\":\"loud\"}")))
        .isEqualTo("stage");
    assertThat(param("POST", RULES + "/mine", "{}")).isEqualTo("service");
    assertThat(server.ops("PATCH", RULES + "/rule_9999", "{}").status()).isEqualTo(404);
    assertThat(server.ops(RULES + "/rule_x").status()).isEqualTo(404);
    assertThat(server.ops(RULES + "?stage=loud").json().at("/error/param").asText())
        .isEqualTo("stage");
    assertThat(server.get(RULES).status()).as("a customer's key").isEqualTo(403);
  }

  private String param(String method, String path, String body) {
    Answer answer = server.ops(method, path, body);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    return answer.json().at("/error/param").asText();
  }

  @Test
  void twoReplicasCountEachJobOnce() {
    server.ops(
        "POST",
        RULES,
        "{\"service\":\"%s\",\"features\":[\"word:fox\"]}".formatted(FixedModels.SERVICE));
    fails("a fox", Attribution.INPUT, 10);
    Learning learning = server.bean(Learning.class);
    IntStream.range(0, 8).parallel().forEach(i -> learning.look());
    JsonNode rule = server.ops(RULES).json().at("/data/0");
    assertThat(rule.get("stage").asText()).isEqualTo("shadow");
    assertThat(rule.get("matched").asInt()).isEqualTo(10);
    assertThat(samples("failed")).isEqualTo(10);
  }

  @Test
  void ofMoreJobsThanThereIsRoomForFailuresStayAndTheOthersStandForMore() {
    server
        .database()
        .execute(
            """
            INSERT INTO prompt_sample (job_id, service, ended_at, failed, features, stratum)
            SELECT md5(i::text)::uuid, 'studio/busy', timestamptz '2026-01-01' + i * interval '1 s',
              i % 50 = 0, CASE WHEN i % 7 = 0 THEN ARRAY['word:a', 'word:b'] ELSE ARRAY['word:a'] END,
              'v1|t|d' FROM generate_series(1, 10000) i
            """);
    SampleStore store = server.bean(SampleStore.class);

    SampleSet some = store.newest("studio/busy", Instant.EPOCH, 1_000);
    assertThat(some.samples().stream().filter(Sample::failed)).hasSize(200);
    assertThat(some.samples()).hasSizeBetween(900, 1_100);
    assertThat(some.othersEach() * (some.samples().size() - 200)).isCloseTo(9_800, within(1.0));

    assertThat(some.census().others(Set.of("word:a"), List.of())).hasValue(9_800);
    assertThat(some.census().others(Set.of("word:a"), List.of(Set.of("word:a", "word:b"))))
        .hasValue(9_800 - 1_400);
    assertThat(some.census().others(Set.of("word:b"), List.of(Set.of("word:a")))).hasValue(0);
    assertThat(some.census().others(Set.of("word:a", "topic:~1"), List.of()))
        .as("which jobs are about a topic is not stored")
        .isEmpty();
    assertThat(some.census().others(Set.of("word:a"), List.of(Set.of("topic:x~1"))))
        .hasValue(9_800);

    SampleSet few = store.newest("studio/busy", Instant.EPOCH, 150);
    assertThat(few.census().others(Set.of("word:a"), List.of())).hasValue(49 * 49);
    assertThat(few.samples().stream().filter(Sample::failed)).hasSize(50);
    assertThat(few.othersEach() * (few.samples().size() - 50))
        .as("only of the time of those failures")
        .isCloseTo(49 * 49, within(1.0));

    assertThat(store.newest("studio/busy", Instant.EPOCH, 20_000))
        .satisfies(all -> assertThat(all.samples()).hasSize(10_000))
        .satisfies(all -> assertThat(all.othersEach()).isEqualTo(1));
  }
}
