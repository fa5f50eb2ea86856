package dev.kintsugi.node.http;

import static dev.kintsugi.node.NodeClient.JSON;
import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.NodeClient.Event;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP face over a model that steps on command. */
class NodeHttpTest {
  @TempDir static Path work;
  private static final AtomicInteger IDS = new AtomicInteger();
  private static FakeNode node;
  private static NodeClient client;

  private final String id = "a-" + IDS.incrementAndGet();

  @BeforeAll
  static void start() {
    node = new FakeNode(work);
    client = node.client();
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void freeTheSlot() {
    client.post("/v1/videos/" + id + "/cancel");
    node.model.run();
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
  }

  @Test
  void tokensOfTextsAreCountedAlsoWhileAnAttemptRuns() {
    node.model.stepwise();
    client.start(request(id, "a red ball", 4));
    String counted =
        client.post("/node/tokenize", JSON.createObjectNode().set("texts", words(2))).body();
    assertThat(counted).isEqualTo("{\"model\":\"wan-tiny\",\"counts\":[2,2]}");
    for (String wrong :
        List.of(
            "{}",
            "{\"texts\":[]}",
            "{\"texts\":[3]}",
            "{\"texts\":" + words(33) + "}",
            "{\"texts\":[\"" + "x".repeat(4_097) + "\"]}")) {
      HttpResponse<String> refused =
          client.post("/node/tokenize", "application/json", BodyPublishers.ofString(wrong));
      assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
      assertThat(json(refused).at("/error/param").asText()).as(wrong).isEqualTo("texts");
    }
  }

  private static ArrayNode words(int count) {
    ArrayNode words = JSON.createArrayNode();
    IntStream.range(0, count).forEach(i -> words.add("word"));
    return words;
  }

  @Test
  void anAttemptIsFollowedToItsFiles() throws Exception {
    assertThat(client.post("/v1/videos", request(id, "a red ball", 4)).statusCode()).isEqualTo(200);
    List<Event> events = client.follow(id, 0, e -> false);

    assertThat(events).extracting(Event::name).startsWith("queued").endsWith("completed");
    assertThat(events)
        .extracting(Event::id)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(steps(events)).containsExactly(1, 2, 3, 4);
    assertThat(events).extracting(e -> e.data().get("progress").asInt()).isSorted();
    JsonNode last = events.getLast().data();
    assertThat(last.get("status").asText()).isEqualTo("completed");
    assertThat(last.get("stage_durations").fieldNames())
        .toIterable()
        .containsExactly("text_encode", "denoise", "decode", "judge", "encode");
    for (JsonNode artifact : last.get("artifacts")) {
      HttpResponse<byte[]> content =
          client.bytes("/v1/videos/" + id + "/content?variant=" + artifact.get("variant").asText());
      assertThat(content.body()).hasSize(artifact.get("bytes").asInt());
      assertThat(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content.body())))
          .isEqualTo(artifact.get("sha256").asText());
      assertThat(content.headers().firstValue("Content-Type"))
          .contains(artifact.get("media_type").asText());
    }
  }

  @Test
  void aFollowerResumesAfterTheLastEventItSaw() {
    client.start(request(id, "a red ball", 4));
    List<Event> all = client.follow(id, 0, e -> false);
    List<Event> rest = client.follow(id, 3, e -> false);
    assertThat(rest).isEqualTo(all.subList(3, all.size()));
  }

  @Test
  void stepsArriveWhileTheyHappen() {
    node.model.stepwise();
    client.start(request(id, "a red ball", 4));
    node.model.permit(2);
    List<Event> events = client.follow(id, 0, e -> e.data().get("step").asInt() == 2);
    assertThat(steps(events)).containsExactly(1, 2);
    assertThat(events.getLast().data().get("status").asText()).isEqualTo("in_progress");
  }

  @Test
  void sendingTheSameAttemptAgainIsSafeAndAnotherBodyIsNot() {
    node.model.stepwise();
    ObjectNode body = request(id, "a red ball", 4);
    assertThat(client.post("/v1/videos", body).statusCode()).isEqualTo(200);
    HttpResponse<String> again = client.post("/v1/videos", body);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(json(again).get("id").asText()).isEqualTo(id);

    HttpResponse<String> other = client.post("/v1/videos", request(id, "a blue car", 4));
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(error(other).get("code").asText()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void aBusyNodeSaysSoAndWhenToAskAgain() {
    node.model.stepwise();
    client.start(request(id, "a red ball", 4));
    HttpResponse<String> refused = client.post("/v1/videos", request(id + "b", "a car", 4));

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(error(refused).get("code").asText()).isEqualTo("no_free_slot");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow()).isPositive();
    JsonNode status = client.json("/node/status");
    assertThat(status.get("free_slots").asInt()).isZero();
    assertThat(status.get("running").get(0).asText()).isEqualTo(id);
  }

  @Test
  void aCancelledAttemptStopsWithinOneStep() {
    node.model.stepwise();
    client.start(request(id, "a red ball", 50));
    node.model.permit(3);
    client.follow(id, 0, e -> e.data().get("step").asInt() == 3);
    client.post("/v1/videos/" + id + "/cancel");
    node.model.permit(1);

    Event last = client.follow(id, 0, e -> false).getLast();
    assertThat(last.name()).isEqualTo("failed");
    assertThat(last.data().get("error").get("code").asText()).isEqualTo("CANCELLED");
    assertThat(last.data().get("step").asInt()).isEqualTo(3);
  }

  @Test
  void aFailureNamesItsClassAndTheNodeGoesOn() {
    client.start(request(id, "fail here", 4));
    Event last = client.follow(id, 0, e -> false).getLast();
    JsonNode error = last.data().get("error");
    assertThat(error.get("code").asText()).isEqualTo("NAN_LATENTS");
    assertThat(error.get("message").asText()).isEqualTo("a latent is not finite");
    JsonNode context = error.get("context");
    assertThat(context.get("stage").asText()).isEqualTo("denoising");
    assertThat(context.get("steps").asInt()).isEqualTo(4);
    assertThat(context.get("model").asText()).isEqualTo("wan-tiny");
    assertThat(context.get("digest").asText()).hasSize(64);
    assertThat(context.get("device").get("memory_used_bytes").asLong()).isPositive();
    assertThat(context.has("xid")).isFalse();

    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    client.start(request(id + "b", "crash here", 4));
    assertThat(failure(id + "b")).isEqualTo("INTERNAL");
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    client.start(request(id + "c", "a red ball", 4));
    assertThat(client.follow(id + "c", 0, e -> false).getLast().name()).isEqualTo("completed");
  }

  @Test
  void aFullDiskFailsTheAttemptWithAClearMessageAndTheNodeRecovers() throws Exception {
    Path directory = Files.createDirectories(work.resolve("attempts").resolve(id));
    Files.createSymbolicLink(directory.resolve("frames.rgb"), Path.of("/dev/full"));
    client.start(request(id, "a red ball", 2));
    Event last = client.follow(id, 0, e -> false).getLast();
    assertThat(last.data().get("error").get("code").asText()).isEqualTo("INTERNAL");
    assertThat(last.data().get("error").get("message").asText())
        .contains("the disk under")
        .contains("is full");

    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    client.start(request(id + "b", "a red ball", 2));
    assertThat(client.follow(id + "b", 0, e -> false).getLast().name()).isEqualTo("completed");
  }

  @Test
  void framesThatCannotBeEncodedAreKept() throws Exception {
    Path directory = Files.createDirectories(work.resolve("attempts").resolve(id));
    Files.createSymbolicLink(directory.resolve("video.mp4.part"), Path.of("/dev/full"));
    client.start(request(id, "a red ball", 2));
    JsonNode last = client.follow(id, 0, e -> false).getLast().data();
    assertThat(last.get("error").get("code").asText()).isEqualTo("ENCODE_FAILED");
    byte[] frames = client.bytes("/v1/videos/" + id + "/content?variant=frames").body();
    assertThat(frames).hasSize(9 * 96 * 64 * 3).containsOnly((byte) 90, (byte) 130, (byte) 210);
  }

  @Test
  void keptFramesAreEncodedAgainWithoutDenoisingAgain() throws Exception {
    Path directory = Files.createDirectories(work.resolve("attempts").resolve(id));
    Path obstacle = directory.resolve("video.mp4.part");
    Files.createSymbolicLink(obstacle, Path.of("/dev/full"));
    client.start(request(id, "a red ball", 2));
    Event failed = client.follow(id, 0, e -> false).getLast();
    assertThat(failure(id)).isEqualTo("ENCODE_FAILED");
    JsonNode before = failed.data().get("stage_durations");

    Files.deleteIfExists(obstacle);
    assertThat(client.post("/v1/videos/" + id + "/encode").statusCode()).isEqualTo(200);
    List<Event> after = client.follow(id, failed.id(), e -> false);
    assertThat(after).extracting(Event::name).containsExactly("encoding", "completed");
    JsonNode last = after.getLast().data();
    assertThat(last.has("error")).isFalse();
    assertThat(last.at("/stage_durations/denoise")).isEqualTo(before.get("denoise"));
    assertThat(last.at("/stage_durations/encode").asDouble()).isPositive();
    assertThat(last.get("artifacts")).hasSize(3);
    assertThat(client.follow(id, 0, e -> false).getLast().name())
        .as("whoever follows from the start is led to the end")
        .isEqualTo("completed");

    HttpResponse<String> again = client.post("/v1/videos/" + id + "/encode");
    assertThat(json(again).get("status").asText())
        .as("asking twice is safe")
        .isEqualTo("completed");
    assertThat(client.bytes("/v1/videos/" + id + "/content").statusCode()).isEqualTo(200);
  }

  @Test
  void anAttemptWithoutKeptFramesCannotBeEncodedAgain() {
    client.start(request(id, "fail here", 2));
    client.follow(id, 0, e -> false);
    HttpResponse<String> refused = client.post("/v1/videos/" + id + "/encode");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(error(refused).get("message").asText()).contains("has no frames to encode");
    assertThat(client.post("/v1/videos/unknown/encode").statusCode()).isEqualTo(404);
  }

  @Test
  void contentSupportsEtagAndRange() {
    client.start(request(id, "a red ball", 2));
    client.follow(id, 0, e -> false);
    String path = "/v1/videos/" + id + "/content";
    HttpResponse<byte[]> full = client.bytes(path);
    String etag = full.headers().firstValue("ETag").orElseThrow();

    assertThat(client.bytes(path, "If-None-Match", etag).statusCode()).isEqualTo(304);
    HttpResponse<byte[]> part = client.bytes(path, "Range", "bytes=10-29");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(full.body(), 10, 30));
  }

  @Test
  void deletedAttemptsAreGoneWithTheirFiles() {
    node.model.stepwise();
    client.start(request(id, "a red ball", 2));
    HttpResponse<String> early = client.delete("/v1/videos/" + id);
    assertThat(early.statusCode()).isEqualTo(409);
    assertThat(error(early).get("code").asText()).isEqualTo("not_ready");
    assertThat(client.get("/v1/videos/" + id + "/content").statusCode()).isEqualTo(409);

    node.model.run();
    client.follow(id, 0, e -> false);
    assertThat(client.delete("/v1/videos/" + id).statusCode()).isEqualTo(200);
    assertThat(client.get("/v1/videos/" + id).statusCode()).isEqualTo(404);
    await("its files go when the last thread is through with them")
        .untilAsserted(() -> assertThat(work.resolve("attempts").resolve(id)).doesNotExist());
  }

  @Test
  void aPlainClientGetsAllFieldsOfAVideo() {
    HttpResponse<String> created =
        client.post("/v1/videos", JSON.createObjectNode().put("prompt", "a red ball"));
    JsonNode video = json(created);
    assertThat(video.fieldNames())
        .toIterable()
        .contains(
            "id",
            "object",
            "model",
            "status",
            "progress",
            "created_at",
            "completed_at",
            "expires_at",
            "prompt",
            "size",
            "seconds",
            "remixed_from_video_id",
            "error");
    assertThat(video.get("size").asText()).isEqualTo("160x96");
    assertThat(video.get("seconds").asText()).isEqualTo("2.125");
    assertThat(client.follow(video.get("id").asText(), 0, e -> false).getLast().name())
        .isEqualTo("completed");
  }

  @Test
  void formsAreUnderstoodToo() {
    String boundary = "xxxxBOUNDARYxxxx";
    String body =
        part(boundary, "prompt", "a red ball")
            + part(boundary, "size", "96x64")
            + part(boundary, "num_inference_steps", "2")
            + part(boundary, "id", id)
            + "--"
            + boundary
            + "--\r\n";
    HttpResponse<String> created =
        client.post(
            "/v1/videos",
            "multipart/form-data; boundary=" + boundary,
            BodyPublishers.ofString(body));
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    assertThat(json(created).get("steps").asInt()).isEqualTo(2);
    assertThat(json(created).get("size").asText()).isEqualTo("96x64");
    client.follow(id, 0, e -> false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"size\":\"96x64\"} | missing_required_parameter | prompt",
        "{\"prompt\":5} | invalid_value | prompt",
        "{\"prompt\":\"x\",\"size\":\"97x64\"} | invalid_size | size",
        "{\"prompt\":\"x\",\"size\":\"9600x64\"} | invalid_size | size",
        "{\"prompt\":\"x\",\"size\":\"big\"} | invalid_size | size",
        "{\"prompt\":\"x\",\"num_frames\":8} | invalid_value | num_frames",
        "{\"prompt\":\"x\",\"num_frames\":1000} | invalid_value | num_frames",
        "{\"prompt\":\"x\",\"num_inference_steps\":0} | invalid_value | num_inference_steps",
        "{\"prompt\":\"x\",\"seed\":-1} | invalid_value | seed",
        "{\"prompt\":\"x\",\"seed\":\"many\"} | invalid_value | seed",
        "{\"prompt\":\"x\",\"guidance_scale\":99} | invalid_value | guidance_scale",
        "{\"prompt\":\"x\",\"model\":\"sora-2\"} | model_not_found | model",
        "{\"prompt\":\"x\",\"id\":\"../../etc\"} | invalid_value | id",
        "{\"prompt\":\"x\",\"input_reference\":\"f\"} | unsupported_parameter | input_reference",
        "{\"prompt\":\"x\",\"run\":5} | invalid_value | run",
        "{\"prompt\":\"x\",\"run\":{\"avoid_expert\":\"lite\"}} | invalid_value | run.avoid_expert",
        "{\"prompt\":\"x\",\"run\":{\"resume_from\":\"abc\"}} | invalid_value | run.resume_from",
        "{\"prompt\":\"x\",\"run\":{\"render\":\"poem\"}} | invalid_value | run.render",
        "{\"prompt\":\"x\",\"run\":{\"checkpoint_every\":-1}} | invalid_value | run.checkpoint_every",
        "[1] | invalid_request |",
        "nonsense | invalid_request |",
      })
  void badInputIsRefusedByNamingTheField(String body, String code, String param) {
    HttpResponse<String> response =
        client.post("/v1/videos", "application/json", BodyPublishers.ofString(body));
    JsonNode error = error(response);
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("param").textValue()).isEqualTo(param);
    assertThat(response.statusCode()).isBetween(400, 499);
    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
  }

  @Test
  void theFrameworksOwnRefusalsHaveTheSameBody() {
    assertThat(error(client.get("/nowhere")).get("code").asText()).isEqualTo("not_found");
    assertThat(error(client.delete("/readyz")).get("code").asText())
        .isEqualTo("method_not_allowed");
    assertThat(
            error(client.post("/v1/videos", "text/csv", BodyPublishers.ofString("a,b")))
                .get("code")
                .asText())
        .isEqualTo("unsupported_media_type");
    String huge = "{\"prompt\":\"" + "x".repeat(2_000_000) + "\"}";
    HttpResponse<String> response =
        client.post("/v1/videos", "application/json", BodyPublishers.ofString(huge));
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(error(response).get("code").asText()).isEqualTo("request_too_large");
    assertThat(error(client.get("/v1/videos/unknown")).get("code").asText())
        .isEqualTo("video_not_found");
  }

  @Test
  void theNodeDescribesItself() {
    JsonNode status = client.json("/node/status");
    assertThat(status.get("model").asText()).isEqualTo("wan-tiny");
    assertThat(status.get("warm").asBoolean()).isTrue();
    assertThat(status.get("limits").get("default_size").asText()).isEqualTo("160x96");
    assertThat(status.get("device").get("memory_used_bytes").asLong()).isPositive();
    assertThat(client.json("/v1/models").get("data").get(0).get("id").asText())
        .isEqualTo("wan-tiny");
    assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsCountWhatHappened() {
    client.start(request(id, "a red ball", 2));
    client.follow(id, 0, e -> false);
    String metrics = client.get("/metrics").body();
    assertThat(metrics)
        .contains("kintsugi_node_attempts_total{outcome=\"completed\"}")
        .contains("kintsugi_node_step_duration_seconds_count{expert=\"high\"}")
        .contains("kintsugi_node_stage_duration_seconds_count{stage=\"encode\"}")
        .contains("kintsugi_node_ready 1.0")
        .contains("kintsugi_node_memory_used_bytes{device=\"cpu\"}")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void metricsAreTheNodesShareOfTheCatalogue() {
    assertThat(
            node.bean(NodeMetrics.class).scrape(() -> true).stream()
                .map(snapshot -> snapshot.getMetadata().getName())
                .filter(name -> name.startsWith("kintsugi_")))
        .containsExactlyInAnyOrderElementsOf(
            MetricCatalogue.of(MetricSpec.Source.INFERENCE_NODE).stream()
                .map(MetricSpec::name)
                .toList());
  }

  /** An exemplar is kept for some seconds before that of a later job takes its place. */
  @Test
  void metricsNameTheirTraceInOpenMetrics() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    AtomicInteger jobs = new AtomicInteger();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .untilAsserted(
            () -> {
              String attempt = id + "-" + jobs.incrementAndGet();
              client.start(request(attempt, "a red ball", 2).put("trace_id", trace));
              client.follow(attempt, 0, e -> false);
              assertThat(
                      client
                          .get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0")
                          .body()
                          .lines())
                  .anyMatch(
                      line ->
                          line.startsWith("kintsugi_node_stage_duration_seconds_bucket{")
                              && line.contains("# {trace_id=\"" + trace + "\"}"));
            });
  }

  private static List<Integer> steps(List<Event> events) {
    return events.stream()
        .filter(e -> e.name().equals("denoising"))
        .map(e -> e.data().get("step").asInt())
        .filter(s -> s > 0)
        .toList();
  }

  private static String failure(String attempt) {
    return client.follow(attempt, 0, e -> false).getLast().data().get("error").get("code").asText();
  }

  private static String part(String boundary, String name, String value) {
    return "--"
        + boundary
        + "\r\nContent-Disposition: form-data; name=\""
        + name
        + "\"\r\n\r\n"
        + value
        + "\r\n";
  }

  private static JsonNode error(HttpResponse<String> response) {
    JsonNode error = json(response).get("error");
    assertThat(error).as(response.body()).isNotNull();
    assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
    return error;
  }
}
