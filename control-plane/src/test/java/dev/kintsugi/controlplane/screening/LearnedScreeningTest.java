package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.OneNodeServer;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What screening tells by learned rules, over HTTP. */
class LearnedScreeningTest {

  private static OneNodeServer all;
  private static TestServer server;

  @BeforeAll
  static void start() {
    all = new OneNodeServer(Map.of("kintsugi.test.fragile-word", true));
    server = all.server();
    assertThat(server.bean(LanguageTagger.class).loading()).succeedsWithin(Duration.ofSeconds(60));
  }

  @AfterAll
  static void stop() {
    all.close();
  }

  /** Safe mode makes 9 frames of this prompt; what is suggested instead would have all 17. */
  @ParameterizedTest
  @CsvSource({"'\"word:camera\"', enforced", "'\"word:camera\",\"frames>=17\"', canary"})
  void aWordingThatALearnedRuleMayStopIsNotSuggested(String features, String stage) {
    String prompt =
        "{\"prompt\":\"a man walks and feels very sad\",\"size\":\"64x64\",\"num_frames\":17}";
    assertThat(suggested(prompt)).contains("static camera");
    String rule = rule(features, stage);
    await().atMost(Duration.ofMinutes(1)).until(() -> suggested(prompt).isEmpty());
    assertThat(verdict("a man walks and feels very sad")).isEqualTo("accept_safe_mode");
    retire(rule);
    await().atMost(Duration.ofMinutes(1)).until(() -> !suggested(prompt).isEmpty());
  }

  @Test
  void emojiThatALearnedRuleStopsAreLeftOutOfASuggestion() {
    String rule = rule("\"emoji-run>=3\"", "enforced");
    String prompt = body("a red ball 🎈🎈🎈 rolls down a hill");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(suggested(prompt)).isEqualTo("a red ball rolls down a hill"));
    JsonNode error =
        Stream.of("red", "blue", "green", "pink")
            .map(colour -> server.post("/v1/videos", prompt.replace("red", colour)))
            .filter(answer -> answer.status() == 400)
            .findFirst()
            .orElseThrow(() -> new AssertionError("of twenty, one is let through"))
            .json()
            .get("error");
    assertThat(error.get("message").asText())
        .isEqualTo(
            "Videos with 3 or more emoji in a row fail on this service. Change one of these.");
    assertThat(error.get("suggested_prompt").asText()).matches("a [a-z]+ ball rolls down a hill");
    retire(rule);
  }

  private static String rule(String features, String stage) {
    Answer written =
        server.ops(
            "POST",
            "/ops/v1/prompt-rules",
            "{\"service\":\"%s\",\"features\":[%s],\"stage\":\"%s\",\"pinned\":true}"
                .formatted(FixedModels.SERVICE, features, stage));
    assertThat(written.status()).as(written.toString()).isEqualTo(200);
    return written.json().get("id").asText();
  }

  private static void retire(String rule) {
    server.ops("PATCH", "/ops/v1/prompt-rules/" + rule, "{\"stage\":\"retired\"}");
  }

  private static String suggested(String body) {
    return server.post("/v1/prompts/screen", body).json().path("suggested_prompt").asText("");
  }

  @Test
  void learnedRulesLookAtWhatSafeModeMakes() {
    rule("\"word:fragile\",\"frames>=17\"", "enforced");
    String long17 = "{\"prompt\":\"a fragile owl\",\"size\":\"64x64\",\"num_frames\":17}";
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(server.post("/v1/prompts/screen", long17).text())
                    .contains("\"reject\"", "\"learned_rule\""));
    assertThat(verdict("a fragile owl")).isEqualTo("accept_safe_mode");
  }

  private static String verdict(String prompt) {
    return server.post("/v1/prompts/screen", body(prompt)).json().get("verdict").asText();
  }

  private static String body(String prompt) {
    return "{\"prompt\":\"%s\",\"size\":\"64x64\"}".formatted(prompt);
  }
}
