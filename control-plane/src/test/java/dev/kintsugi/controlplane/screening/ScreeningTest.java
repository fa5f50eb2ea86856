package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real HTTP; what each rule finds is shown in core. */
class ScreeningTest {

  private static final String PARTY = "{\"prompt\":\"a party 🎉🎉🎉🎉🎉 at night\"}";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aDryRunSaysWhatWouldBecomeOfAPrompt() {
    JsonNode told = server.post("/v1/prompts/screen", PARTY).json();
    assertThat(told.get("object").asText()).isEqualTo("prompt.screening");
    assertThat(told.get("verdict").asText()).isEqualTo("reject");
    assertThat(told.get("suggested_prompt").asText()).isEqualTo("a party at night");
    JsonNode reason = told.get("reasons").get(0);
    assertThat(reason.get("rule").asText()).isEqualTo("emoji_run");
    assertThat(reason.get("start").asInt()).isEqualTo(8);
    assertThat(reason.get("end").asInt()).isEqualTo(13);
    assertThat(reason.get("text").asText()).isEqualTo("🎉🎉🎉🎉🎉");
    assertThat(reason.get("message").asText()).contains("5 emoji in a row; at most 4");

    JsonNode fine = server.post("/v1/prompts/screen", "{\"prompt\":\"一只猫\"}").json();
    assertThat(fine.get("verdict").asText()).isEqualTo("accept");
    assertThat(fine.get("reasons")).isEmpty();
    assertThat(fine.get("suggested_prompt").isNull()).isTrue();
  }

  @Test
  void aSubmissionMeetsTheSameDecision() {
    double before = rejected();
    Answer answer = server.post("/v1/videos", PARTY);
    assertThat(answer.status()).isEqualTo(400);
    JsonNode error = answer.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo("prompt_rejected");
    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").asText()).isEqualTo("prompt");
    assertThat(error.get("message").asText()).contains("Say it in words");
    assertThat(error.get("reasons").get(0).get("rule").asText()).isEqualTo("emoji_run");
    assertThat(error.get("suggested_prompt").asText()).isEqualTo("a party at night");
    assertThat(rejected()).isEqualTo(before + 1);

    assertThat(server.submit("{\"prompt\":\"a party at night\"}")).startsWith("video_");
    assertThat(server.submit("{\"prompt\":\"girl running fast but very 悲伤\"}"))
        .as("another wording would do better, but this one is taken")
        .startsWith("video_");
  }

  @Test
  void otherErrorsKeepTheirFourKeys() {
    JsonNode error = server.post("/v1/videos", "{\"prompt\":\" \"}").json().get("error");
    assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"prompt\":\" \"}", "{\"prompt\":3}", "[]", "{\"promt\":\"a\"}"})
  void aDryRunThatMakesNoSenseIsRefusedAsASubmissionWouldBe(String body) {
    Answer screened = server.post("/v1/prompts/screen", body);
    Answer submitted = server.post("/v1/videos", body);
    assertThat(screened.status()).isEqualTo(400);
    assertThat(screened.json().at("/error/code")).isEqualTo(submitted.json().at("/error/code"));
  }

  @Test
  void aDefectOfTheScreeningLetsThePromptThroughAndIsCounted() {
    Meters meters = new Meters();
    Screenings broken =
        new Screenings(
            meters,
            (service, submission) -> {
              throw new IllegalStateException("a defect");
            },
            Exceptions.NONE,
            server.bean(LearnedRules.class),
            () -> 0);
    var cat = new PromptFeatures.Submission("a cat", 64, 48, 9, 8);
    var asking = new Screenings.Asking(cat, cat);
    assertThatCode(() -> broken.admit("studio/wan", asking)).doesNotThrowAnyException();
    assertThat(meters.counter(MetricCatalogue.PROMPT_SCREENINGS).labelValues("error").get())
        .isEqualTo(1);
    assertThat(broken.tell("studio/wan", asking).verdict()).isEqualTo("accept");
  }

  private static double rejected() {
    return server
        .bean(Meters.class)
        .counter(MetricCatalogue.PROMPT_SCREENINGS)
        .labelValues("reject")
        .get();
  }
}
