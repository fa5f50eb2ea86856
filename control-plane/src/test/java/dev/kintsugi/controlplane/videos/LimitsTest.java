package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What bad input meets: status, code, field and text. */
class LimitsTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of("kintsugi.tenants.free-per-minute", 8));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        row(
            "{}",
            "missing_required_parameter",
            "prompt",
            "'prompt' is required and must not be blank."),
        row(
            "{\"prompt\":\"" + "x".repeat(513) + "\"}",
            "prompt_too_long",
            "prompt",
            "'prompt' must be at most 512 characters long; got 513."),
        field(
            "size",
            "\"60x64\"",
            "invalid_size",
            "width and height must be multiples of 16; got 60x64."),
        field(
            "size",
            "\"256x64\"",
            "invalid_size",
            "size 256x64 is over the maximum of model 'wan-tiny', 128x96."),
        field("seconds", "0", "invalid_value", "'seconds' must be between 1 and 600; got 0."),
        field(
            "num_inference_steps",
            "41",
            "invalid_value",
            "'num_inference_steps' must be at most 40 for model 'wan-tiny'; got 41."),
        field(
            "num_frames",
            "81",
            "invalid_value",
            "'num_frames' must be at most 33 for model 'wan-tiny'; got 81."),
        field("fps", "0", "invalid_value", "'fps' must be between 1 and 60; got 0."),
        field(
            "guidance_scale",
            "21",
            "invalid_value",
            "'guidance_scale' must be between 0.0 and 20.0; got 21."),
        field(
            "flow_shift",
            "-1",
            "invalid_value",
            "'flow_shift' must be between 0.01 and 20.0; got -1."),
        field("seed", "1e999", "invalid_value", "'seed' must be a whole number; got Infinity."),
        field(
            "priority",
            "\"now\"",
            "invalid_value",
            "'priority' must be one of realtime, standard, batch; got 'now'."),
        field(
            "input_reference",
            "{\"file_id\":\"f\"}",
            "unsupported_parameter",
            "'input_reference' is not supported: this server makes video from text only."),
        field(
            "num_frame",
            "17",
            "unsupported_parameter",
            "Unknown parameter 'num_frame'. Did you mean 'num_frames'?"),
        field(
            "webhook_url",
            "\"http://127.0.0.1/x\"",
            "webhook_target_refused",
            "'webhook_url' must lead to the public internet; private, loopback and link-local targets are refused."),
        field("webhook_url", "\"http://169.254.169.254/latest\"", "webhook_target_refused", null),
        field("webhook_url", "\"https://[fd00::1]/x\"", "webhook_target_refused", null),
        field("webhook_url", "\"https://localhost:9000/x\"", "webhook_target_refused", null),
        field(
            "webhook_url",
            "\"ftp://example.org/x\"",
            "invalid_value",
            "'webhook_url' must be an http or https URL with a host and without credentials."),
        row("[1]", "invalid_request", null, "The request body must be a JSON object."),
        row("", "invalid_request", null, "The request body is empty; a JSON object is expected."),
        row("{\"prompt\":", "invalid_request", null, null),
        row("{\"prompt\":\"a\"} x", "invalid_request", null, null),
        row("{\"prompt\":\"a\",\"prompt\":\"b\"}", "invalid_request", null, null),
        row("[".repeat(5000), "invalid_request", null, null));
  }

  private static Arguments row(String body, String code, String param, String message) {
    return Arguments.of(body, code, param, message);
  }

  private static Arguments field(String name, String value, String code, String message) {
    return row("{\"prompt\":\"a cat\",\"" + name + "\":" + value + "}", code, name, message);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesBadInputByCodeFieldAndText(String body, String code, String param, String message) {
    Answer answer = server.post("/v1/videos", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.code()).as(answer.text()).isEqualTo(code);
    assertThat(answer.param()).isEqualTo(param);
    assertThat(answer.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(answer.message()).isNotBlank().doesNotContain("Exception", "\tat ");
    if (message != null) {
      assertThat(answer.message()).isEqualTo(message);
    }
    assertThat(answer.header("x-request-id")).startsWith("req_");
  }

  @Test
  void tellsEveryProblemOfARequest() {
    Answer answer = server.post("/v1/videos", "{\"seconds\":0,\"size\":\"x\"}");
    assertThat(answer.message()).contains("'prompt'").contains("'seconds'").contains("'size'");
  }

  @Test
  void namesTheModelsThatExist() {
    Answer answer = server.post("/v1/videos", "{\"prompt\":\"a\",\"model\":\"sora-2\"}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("model_not_found");
    assertThat(answer.message()).isEqualTo("There is no model 'sora-2'. Served are: wan-tiny.");
  }

  @Test
  void asksForAKey() {
    for (String header :
        List.of(
            "",
            "Bearer ",
            "Bearer nonsense",
            "Basic Zm9v",
            "Bearer " + "sk-kintsugi-" + "f".repeat(64))) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.url("/v1/videos")))
              .timeout(Duration.ofSeconds(5));
      Answer answer =
          server.send(header.isEmpty() ? request : request.header("Authorization", header));
      assertThat(answer.status()).as(header).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("invalid_api_key");
      assertThat(answer.json().at("/error/type").asText()).isEqualTo("authentication_error");
    }
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of("GET", "/v1/nothing", "application/json", 404, "not_found"),
        Arguments.of("GET", "/nothing", "application/json", 404, "not_found"),
        Arguments.of("GET", "/v1/videos/nope", "application/json", 404, "video_not_found"),
        Arguments.of(
            "GET",
            "/v1/videos/video_" + "0".repeat(32),
            "application/json",
            404,
            "video_not_found"),
        Arguments.of("GET", "/v1/videos/%00", "application/json", 404, "video_not_found"),
        Arguments.of("PUT", "/v1/videos", "application/json", 405, "method_not_allowed"),
        Arguments.of("POST", "/v1/videos", "text/plain", 415, "unsupported_media_type"),
        Arguments.of("POST", "/v1/videos", "application/xml", 415, "unsupported_media_type"),
        Arguments.of("GET", "/v1/videos?limit=101", "application/json", 400, "invalid_value"),
        Arguments.of("GET", "/v1/videos?limit=x", "application/json", 400, "invalid_value"),
        Arguments.of("GET", "/v1/videos?order=up", "application/json", 400, "invalid_value"),
        Arguments.of("GET", "/v1/videos?after=me", "application/json", 400, "invalid_value"),
        Arguments.of(
            "POST",
            "/v1/videos/video_" + "0".repeat(32) + "/cancel",
            "application/json",
            404,
            "video_not_found"),
        Arguments.of(
            "DELETE",
            "/v1/videos/video_" + "0".repeat(32),
            "application/json",
            404,
            "video_not_found"));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void givesEveryRefusalTheSameShape(
      String method, String path, String contentType, int status, String code) {
    HttpRequest.Builder request =
        server
            .request(path)
            .header("Content-Type", contentType)
            .method(
                method,
                method.equals("POST") || method.equals("PUT")
                    ? BodyPublishers.ofString("{}")
                    : BodyPublishers.noBody());
    Answer answer = server.send(request);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    String body = "{\"prompt\":\"" + "x".repeat(5 << 20) + "\"}";
    Answer answer = server.post("/v1/videos", body);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("request_too_large");
  }

  @Test
  void limitsTheRateWithTheWait() {
    String key = server.key("hasty", "free");
    Answer last = null;
    for (int i = 0; i < 9; i++) {
      last = server.send(submit(key, "{}"));
    }
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.code()).isEqualTo("rate_limit_exceeded");
    assertThat(Integer.parseInt(last.header("Retry-After"))).isBetween(1, 60);
  }

  @Test
  void countsTheFreePlansDay() {
    String key = server.key("thrifty", "free");
    for (int i = 0; i < 5; i++) {
      assertThat(server.send(submit(key, "{\"prompt\":\"a " + i + "\"}")).status()).isEqualTo(200);
    }
    Answer sixth = server.send(submit(key, "{\"prompt\":\"a 6\"}"));
    assertThat(sixth.status()).isEqualTo(429);
    assertThat(sixth.code()).isEqualTo("quota_exceeded");
    assertThat(sixth.message()).startsWith("The free plan's 5 videos a day are used up.");
    assertThat(Integer.parseInt(sixth.header("Retry-After"))).isBetween(1, 86_400);
  }

  @Test
  void saysWhenTheQueueIsFullOrTheDeadlineLost() {
    try {
      server.models().serve(FixedModels.tiny(0));
      Answer full = server.post("/v1/videos", "{\"prompt\":\"a\"}");
      assertThat(full.status()).isEqualTo(503);
      assertThat(full.code()).isEqualTo("queue_full");
      assertThat(full.header("Retry-After")).isNotNull();

      server.models().serve(slow());
      Answer late = server.post("/v1/videos", "{\"prompt\":\"a\"}");
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.code()).isEqualTo("deadline_unattainable");
      assertThat(late.message())
          .startsWith("The video would be done in about 919 s, later than the promised 60 s.");
    } finally {
      server.models().serve(FixedModels.tiny(10_000));
    }
  }

  private static ServedModel slow() {
    return new ServedModel(
        "studio/slow",
        "slow",
        FixedModels.LIMITS,
        Duration.ofMinutes(1),
        100,
        1,
        Map.of("64x64x17", 100.0));
  }

  private static HttpRequest.Builder submit(String key, String body) {
    return server
        .request("/v1/videos", key)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }
}
