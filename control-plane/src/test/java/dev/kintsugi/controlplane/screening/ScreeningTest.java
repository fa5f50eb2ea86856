package dev.kintsugi.controlplane.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.OneNodeServer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.controlplane.tokens.TokenCounter;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.Screener;
import dev.kintsugi.core.screening.ScreeningPolicy;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.screening.PromptScreening;
import dev.kintsugi.protocol.screening.PromptScreening.SkippedStage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real HTTP; what each rule finds is shown in core. */
class ScreeningTest {

  private static final String PARTY = "{\"prompt\":\"a party 🎉🎉🎉🎉🎉 at night\"}";

  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** A busy machine makes a stage slow, too. */
  private static final StageSettings PATIENT =
      new StageSettings(LONGEST, LONGEST, LONGEST, LONGEST);

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

  @ParameterizedTest
  @CsvSource({
    "a man walks and feels very sad, feels very sad, 'a man walks, sad mood, soft natural light, static camera'",
    "一个女生走路感觉很孤独, 感觉很孤独, 一个女生走路，孤独的氛围，柔和的自然光，固定镜头"
  })
  void aPromptWithTooLittleToSeeIsToldABetterWordingInItsLanguage(
      String prompt, String span, String suggestion) {
    JsonNode told = server.post("/v1/prompts/screen", "{\"prompt\":\"" + prompt + "\"}").json();
    assertThat(told.get("verdict").asText()).isEqualTo("accept_safe_mode");
    assertThat(told.at("/reasons/0/rule").asText()).isEqualTo("abstract");
    assertThat(told.at("/reasons/0/text").asText()).isEqualTo(span);
    assertThat(told.at("/reasons/0/message").asText()).contains("only 1 thing that can be seen");
    assertThat(told.get("suggested_prompt").asText()).isEqualTo(suggestion);
    assertThat(server.submit("{\"prompt\":\"" + prompt + "\"}")).startsWith("video_");
  }

  @Test
  void aTaggerThatFailsOrIsNotThereYetTakesOnlyItsOwnStageAway() {
    var failing =
        new LanguageTagger(
            () ->
                new LanguageTagger.Readers(
                    text -> {
                      throw new IllegalStateException("a defect");
                    },
                    words -> {
                      throw new StackOverflowError("a deep one");
                    }));
    Meters meters = new Meters();
    Stages stages = new Stages(meters, PATIENT);
    Screenings screenings =
        screenings(
            meters,
            stages,
            Exceptions.NONE,
            (service, submission, unread) ->
                Screener.decide(
                    submission.prompt(),
                    ScreeningPolicy.DEFAULT,
                    Lexicon.NONE,
                    failing.telling(unread)));
    for (String cause : List.of("unavailable", "defect")) {
      var skipped = new SkippedStage("language", cause);
      for (String prompt : List.of("a scene", "一个场景")) {
        Screened screened = screenings.screen("acme", "studio/wan", asking(prompt));
        assertThat(screened.told().verdict()).isEqualTo("accept");
        assertThat(screened.told().skipped()).contains(skipped);
        Screened.Passed passed = screened.orRefuse();
        assertThat(passed.told() != null && passed.told().skipped().contains(skipped))
            .as("a defect is noted on the job, what is only not there yet is not")
            .isEqualTo(cause.equals("defect"));
        screenings.count("studio/wan", screened);
      }
      PromptScreening party = screenings.tell("studio/wan", asking("a party 🎉🎉🎉🎉🎉 at night"));
      assertThat(party.verdict()).isEqualTo("reject");
      assertThat(skips(meters, "language", cause)).as("dry runs are not counted").isEqualTo(2);
      failing.load();
    }
    stages.close();
  }

  private static double skips(Meters meters, String stage, String cause) {
    return meters.counter(AdmissionCatalogue.PROMPT_STAGE_SKIPS).labelValues(stage, cause).get();
  }

  private static Screenings.Asking asking(String prompt) {
    var submission = new PromptFeatures.Submission(prompt, 64, 48, 9, 8);
    return new Screenings.Asking(submission, submission);
  }

  private static Screenings screenings(
      Meters meters, Stages stages, Exceptions exceptions, Screenings.Rules rules) {
    return new Screenings(
        meters,
        stages,
        rules,
        server.bean(Policies.class),
        exceptions,
        server.bean(LearnedRules.class),
        server.bean(TokenStage.class),
        server.bean(NoveltyStage.class),
        server.bean(PromptCounts.class));
  }

  @Test
  void aSubmissionMeetsTheSameDecision() {
    double before = verdicts("reject");
    Answer answer = server.post("/v1/videos", PARTY);
    assertThat(answer.status()).isEqualTo(400);
    JsonNode error = answer.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo("prompt_rejected");
    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").asText()).isEqualTo("prompt");
    assertThat(error.get("message").asText()).contains("Say it in words");
    assertThat(error.get("reasons").get(0).get("rule").asText()).isEqualTo("emoji_run");
    assertThat(error.get("suggested_prompt").asText()).isEqualTo("a party at night");
    assertThat(verdicts("reject")).isEqualTo(before + 1);
    await()
        .untilAsserted(
            () ->
                assertThat(
                        server
                            .ops("/ops/v1/cases?kind=prompt_stopped")
                            .json()
                            .at("/data/0/message"))
                    .hasToString("\"rejected by emoji_run\""));

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
    Stages stages = new Stages(meters, PATIENT);
    Screenings broken =
        screenings(
            meters,
            stages,
            Exceptions.NONE,
            (service, submission, unread) -> {
              throw new IllegalStateException("a defect");
            });
    Screened screened = broken.screen("acme", "studio/wan", asking("a cat"));
    Screened.Passed passed = screened.orRefuse();
    broken.count("studio/wan", screened);
    var skipped = new SkippedStage("rules", "defect");
    assertThat(passed.told()).extracting(PromptScreening::skipped).asList().contains(skipped);
    assertThat(passed.held()).isFalse();
    assertThat(meters.counter(AdmissionCatalogue.PROMPT_SCREENINGS).labelValues("error").get())
        .isEqualTo(1);
    assertThat(skips(meters, "rules", "defect")).isEqualTo(1);
    PromptScreening told = broken.tell("studio/wan", asking("a cat"));
    assertThat(told.verdict()).isEqualTo("accept");
    assertThat(told.skipped()).contains(skipped);

    Screened.Passed longer =
        broken.screen("acme", "studio/wan", asking("(" + "x".repeat(600))).orRefuse();
    assertThat(longer.held()).as("which only a person may take").isTrue();
    stages.close();
  }

  @Test
  void aSlowDatabaseDoesNotLetAHeldPromptThrough() {
    Meters meters = new Meters();
    Stages stages = new Stages(meters, PATIENT);
    AtomicReference<Thread> asking = new AtomicReference<>();
    Exceptions slow =
        (service, prompt) -> {
          asking.set(Thread.currentThread());
          return false;
        };
    Screenings screenings =
        screenings(
            meters,
            stages,
            slow,
            (service, submission, unread) ->
                Screener.decide(submission.prompt(), ScreeningPolicy.DEFAULT));
    String held = "a castle [in a [very] long] tale " + "x".repeat(500);
    assertThat(screenings.screen("acme", "studio/wan", asking(held)).orRefuse().held()).isTrue();
    assertThat(asking).as("in nobody's budget").hasValue(Thread.currentThread());
    stages.close();
  }

  @Test
  void aPromptOfSafeModeIsMadeWithFewerFramesAndMoreSteps() {
    JsonNode told = server.post("/v1/prompts/screen", body("a fragile cat")).json();
    assertThat(told.get("verdict").asText()).isEqualTo("accept_safe_mode");
    assertThat(told.at("/safe_mode/num_frames").asInt()).isEqualTo(9);
    assertThat(told.at("/safe_mode/num_inference_steps").asInt()).isEqualTo(10);
    Answer taken = server.post("/v1/videos", body("a fragile cat"));
    assertThat(taken.json().get("screening")).isEqualTo(told);
    assertThat(taken.json().get("seconds").asText()).isEqualTo("0.5");
    JsonNode made = all.awaitEnd(taken.json().get("id").asText());
    assertThat(made.at("/delivered/safe_mode").asBoolean()).isTrue();
    assertThat(made.at("/delivered/num_frames").asInt()).isEqualTo(9);
    assertThat(made.at("/delivered/degraded").asBoolean()).isFalse();
    assertThat(made.at("/screening/reasons/0/text").asText()).isEqualTo("fragile");
    assertThat(all.node().requests())
        .filteredOn(request -> request.prompt().equals("a fragile cat"))
        .allSatisfy(
            request -> {
              assertThat(request.numFrames()).isEqualTo(9);
              assertThat(request.numInferenceSteps()).isEqualTo(10);
            })
        .hasSize(1);

    String own =
        "{\"prompt\":\"a fragile dog\",\"size\":\"64x64\",\"num_frames\":5,\"num_inference_steps\":4}";
    JsonNode asked = all.awaitEnd(server.submit(own));
    assertThat(asked.at("/delivered/num_frames").asInt()).isEqualTo(5);
    assertThat(asked.at("/delivered").has("safe_mode")).isFalse();
    assertThat(asked.at("/screening/verdict").asText()).isEqualTo("accept_safe_mode");
    assertThat(asked.at("/screening/safe_mode").isNull()).isTrue();
  }

  @Test
  void aRepeatedSubmissionIsCountedOnce() {
    double before = verdicts("accept");
    String id = repeatable("a kite over dunes").json().get("id").asText();
    assertThat(repeatable("a kite over dunes").json().get("id").asText()).isEqualTo(id);
    assertThat(repeatable("a kite over hills").code()).isEqualTo("idempotency_key_reused");
    assertThat(verdicts("accept")).isEqualTo(before + 1);
  }

  private static Answer repeatable(String prompt) {
    return server.send(
        server.json("/v1/videos", body(prompt)).header("Idempotency-Key", "counted-once"));
  }

  private static double verdicts(String verdict) {
    return server
        .bean(Meters.class)
        .counter(AdmissionCatalogue.PROMPT_SCREENINGS)
        .labelValues(verdict)
        .get();
  }

  @Test
  void whatIsSuggestedForARejectedPromptIsNotTooLongEither() {
    Meters meters = new Meters();
    Stages stages = new Stages(meters, PATIENT);
    TokenCounter words =
        (service, texts) -> Optional.of(texts.stream().map(t -> t.split(" ").length).toList());
    Screenings screenings =
        new Screenings(
            meters,
            stages,
            (service, submission, unread) ->
                Screener.decide(submission.prompt(), ScreeningPolicy.DEFAULT),
            server.bean(Policies.class),
            Exceptions.NONE,
            server.bean(LearnedRules.class),
            new TokenStage(words, (service, prompt) -> Optional.empty()),
            server.bean(NoveltyStage.class),
            server.bean(PromptCounts.class));
    String party = "a party 🎉🎉🎉🎉🎉 at night";
    assertThat(screenings.tell("studio/wan", asking(party)).suggestedPrompt())
        .isEqualTo("a party at night");
    String more = IntStream.range(0, 90).mapToObj(i -> " w" + i).collect(Collectors.joining());
    PromptScreening told = screenings.tell("studio/wan", asking(party + more));
    assertThat(told.verdict()).isEqualTo("reject");
    assertThat(told.suggestedPrompt().split(" ")).hasSize(80);
    stages.close();
  }

  @Test
  void aSuggestionStaysWithTheVideo() {
    String body = body("a cat runs runs runs runs runs runs home");
    JsonNode told = server.post("/v1/prompts/screen", body).json();
    assertThat(told.get("suggested_prompt").asText()).isEqualTo("a cat runs home");
    JsonNode taken = server.post("/v1/videos", body).json();
    assertThat(taken.get("screening")).isEqualTo(told);
    JsonNode made = all.awaitEnd(taken.get("id").asText());
    assertThat(made.get("screening")).isEqualTo(told);
    assertThat(made.has("review")).isFalse();
    assertThat(all.video(server.submit(body("a plain cat"))).has("screening")).isFalse();
  }

  @Test
  void anExceptionLetsTheSamePromptPassUntilItIsRevoked() {
    String prompt = "a tale (of brackets 【in brackets】) " + "and so on ".repeat(50);
    assertThat(verdict(prompt)).isEqualTo("hold_for_review");
    String id = server.submit(body(prompt));
    JsonNode approved =
        server
            .ops(
                "POST",
                "/ops/v1/reviews/" + id.replace("video_", "review_") + "/approve",
                "{\"exception\":true,\"note\":\"a poet\"}")
            .json();
    String exception = approved.get("exception").asText();
    JsonNode again = all.video(server.submit(body(prompt.toUpperCase(Locale.ROOT))));
    assertThat(again.has("review")).as("read, not spelt").isFalse();
    assertThat(verdict(prompt)).isEqualTo("suggest_rewrite");
    assertThat(verdict("another " + prompt)).isEqualTo("hold_for_review");
    assertThat(server.bean(Exceptions.class).has("other/service", prompt)).isFalse();

    String exceptions = "/ops/v1/prompt-exceptions";
    JsonNode listed = server.ops(exceptions + "?service=" + FixedModels.SERVICE).json().get("data");
    assertThat(listed).extracting(e -> e.get("id").asText()).containsExactly(exception);
    Answer revoked = server.ops("DELETE", exceptions + "/" + exception, "");
    assertThat(revoked.status()).as(revoked.toString()).isEqualTo(200);
    assertThat(revoked.json().get("note").asText()).isEqualTo("a poet");
    assertThat(verdict(prompt)).isEqualTo("hold_for_review");
    assertThat(server.ops("DELETE", exceptions + "/" + exception, "").status()).isEqualTo(409);
    assertThat(server.ops("DELETE", exceptions + "/exception_99", "").status()).isEqualTo(404);
    assertThat(server.ops("DELETE", exceptions + "/exception_x", "").status()).isEqualTo(404);
    assertThat(server.ops(exceptions + "?service=%00").param()).isEqualTo("service");
    assertThat(server.get(exceptions).status()).as("a customer's key").isEqualTo(403);
  }

  private static String verdict(String prompt) {
    return server.post("/v1/prompts/screen", body(prompt)).json().get("verdict").asText();
  }

  private static String body(String prompt) {
    return "{\"prompt\":\"%s\",\"size\":\"64x64\"}".formatted(prompt);
  }
}
