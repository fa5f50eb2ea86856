package dev.kintsugi.node.http;

import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.NodeClient.Event;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints over HTTP, over a model that steps on command. */
class CheckpointHttpTest {
  @TempDir Path work;
  private FakeNode node;
  private NodeClient client;

  @BeforeEach
  void start() {
    node = new FakeNode(work, Map.of("kintsugi.node.checkpoint.max-bytes", 3_000_000));
    client = node.client();
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void theNewestCheckpointIsAnnouncedAndServedWhileTheAttemptRuns() throws Exception {
    Held held = heldAfter(5);
    assertThat(held.step()).isEqualTo(4);
    assertThat(sha256(held.bytes())).isEqualTo(held.sha256());
    assertThat(held.etag()).isEqualTo('"' + held.sha256() + '"');

    node.model.run();
    Event last = client.follow("a", 0, e -> false).getLast();
    assertThat(last.name()).isEqualTo("completed");
    await()
        .untilAsserted(
            () -> assertThat(client.get("/v1/videos/a/checkpoint").statusCode()).isEqualTo(409));
    assertThat(attemptFiles("a")).noneMatch(name -> name.startsWith("checkpoint"));
  }

  @Test
  void aFailedAttemptLeavesItsNewestCheckpoint() {
    node.model.stepwise();
    client.start(every(request("a", "a red ball", 6), 2));
    node.model.permit(3);
    client.follow("a", 0, e -> e.data().get("step").asInt() == 3);
    client.post("/v1/videos/a/cancel");
    node.model.permit(1);
    JsonNode last = client.follow("a", 0, e -> false).getLast().data();
    assertThat(last.get("phase").asText()).isEqualTo("failed");
    assertThat(last.at("/checkpoint/step").asInt()).isEqualTo(2);
    assertThat(client.bytes("/v1/videos/a/checkpoint").body())
        .hasSize(last.at("/checkpoint/bytes").asInt());
  }

  @Test
  void anAttemptThatWantsNoCheckpointMakesNone() {
    client.start(every(request("a", "a red ball", 10), 0));
    List<Event> events = client.follow("a", 0, e -> false);
    assertThat(events).allSatisfy(e -> assertThat(e.data().has("checkpoint")).isFalse());
  }

  @Test
  void withoutAWordThereIsOneEveryFiveSteps() {
    client.start(request("a", "a red ball", 10));
    List<Event> events = client.follow("a", 0, e -> false);
    assertThat(events.getLast().data().at("/checkpoint/step").asInt()).isIn(5, 10);
  }

  @Test
  void anAttemptGoesOnAfterTheCheckpointsStep() throws Exception {
    Held held = heldAfter(5);
    cancel("a");
    assertThat(client.put("/node/checkpoints/" + held.sha256(), held.bytes()).statusCode())
        .isEqualTo(201);
    assertThat(client.put("/node/checkpoints/" + held.sha256(), held.bytes()).statusCode())
        .as("sending it again is safe")
        .isEqualTo(201);

    ObjectNode resumed = resuming(request("b", "a red ball", 6), held.sha256());
    assertThat(client.post("/v1/videos", resumed).statusCode()).isEqualTo(200);
    assertThat(client.post("/v1/videos", resumed).statusCode()).isEqualTo(200);
    List<Event> events = client.follow("b", 0, e -> false);
    assertThat(events.getLast().name()).isEqualTo("completed");
    assertThat(events.stream().map(e -> e.data().get("step").asInt()).distinct())
        .containsExactly(0, 4, 5, 6);
    JsonNode encoded =
        events.stream().filter(e -> e.name().equals("denoising")).findFirst().orElseThrow().data();
    assertThat(encoded.get("progress").asInt()).isEqualTo(2 + 88 * 4 / 6);
  }

  @ParameterizedTest
  @CsvSource({
    "prompt,              a blue ball, prompt is ",
    "negative_prompt,     ugly,        negative_prompt is ",
    "num_inference_steps, 8,           'num_inference_steps is 6, asked is 8'",
    "size,                64x64,       'size is 96x64, asked is 64x64'",
    "num_frames,          5,           'num_frames is 9, asked is 5'",
    "guidance_scale,      2,           'guidance_scale is 3.0, asked is 2.0'",
    "flow_shift,          5,           'flow_shift is 3.0, asked is 5.0'",
    "seed,                8,           'seed is 7, asked is 8'",
  })
  void anotherRunIsRefusedByNamingWhatDiffers(String field, String value, String why)
      throws Exception {
    Held held = heldAfter(5);
    cancel("a");
    client.put("/node/checkpoints/" + held.sha256(), held.bytes());
    ObjectNode other = resuming(request("b", "a red ball", 6), held.sha256()).put(field, value);
    JsonNode error = refused(client.post("/v1/videos", other));
    assertThat(error.get("message").asText())
        .startsWith("the checkpoint is of another run: ")
        .contains(why);
    assertThat(client.get("/v1/videos/b").statusCode()).isEqualTo(404);
  }

  @Test
  void otherWeightsAreRefused() throws Exception {
    Held held = heldAfter(5);
    cancel("a");
    String text = new String(held.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] other =
        text.replace("0".repeat(64), "f".repeat(64))
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    client.put("/node/checkpoints/" + sha256(other), other);
    JsonNode error =
        refused(client.post("/v1/videos", resuming(request("b", "a red ball", 6), sha256(other))));
    assertThat(error.get("message").asText()).contains("weights is wan-tiny@ffff");
  }

  @Test
  void aCheckpointThatIsNotHereOrNotOneIsRefused() throws Exception {
    String unknown = "ab".repeat(32);
    JsonNode missing =
        refused(client.post("/v1/videos", resuming(request("b", "a red ball", 6), unknown)));
    assertThat(missing.get("message").asText()).contains("does not hold the checkpoint");

    byte[] noise = "no tensors at all".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    client.put("/node/checkpoints/" + sha256(noise), noise);
    JsonNode damaged =
        refused(client.post("/v1/videos", resuming(request("b", "a red ball", 6), sha256(noise))));
    assertThat(damaged.get("message").asText()).startsWith("the checkpoint is damaged: ");
    assertThat(client.json("/node/status").get("free_slots").asInt()).isEqualTo(1);
  }

  @Test
  void onlyWhatHasItsDigestAndFitsIsTaken() throws Exception {
    byte[] content = {1, 2, 3};
    HttpResponse<String> wrong = client.put("/node/checkpoints/" + "0".repeat(64), content);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(json(wrong).at("/error/message").asText()).contains(sha256(content));
    assertThat(client.put("/node/checkpoints/..%2Fetc", content).statusCode()).isEqualTo(400);

    byte[] huge = new byte[3_000_001];
    HttpResponse<String> large = client.put("/node/checkpoints/" + sha256(huge), huge);
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(json(large).at("/error/message").asText()).contains("3000000 bytes");
    byte[] most = new byte[3_000_000];
    assertThat(client.put("/node/checkpoints/" + sha256(most), most).statusCode()).isEqualTo(201);
    try (Stream<Path> files = Files.list(work.resolve("checkpoints"))) {
      assertThat(files)
          .extracting(f -> f.getFileName().toString())
          .containsExactly(sha256(most) + ".safetensors");
    }
  }

  private record Held(int step, String sha256, String etag, byte[] bytes) {}

  /** The checkpoint of attempt {@code a}, every second of six steps, after a step. */
  private Held heldAfter(int step) {
    node.model.stepwise();
    client.start(every(request("a", "a red ball", 6), 2));
    node.model.permit(step);
    JsonNode checkpoint =
        client
            .follow("a", 0, e -> e.data().at("/checkpoint/step").asInt() == step / 2 * 2)
            .getLast()
            .data()
            .get("checkpoint");
    HttpResponse<byte[]> served = client.bytes("/v1/videos/a/checkpoint");
    return new Held(
        checkpoint.get("step").asInt(),
        checkpoint.get("sha256").asText(),
        served.headers().firstValue("ETag").orElseThrow(),
        served.body());
  }

  private void cancel(String id) {
    client.post("/v1/videos/" + id + "/cancel");
    node.model.run();
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
  }

  private static ObjectNode every(ObjectNode body, int steps) {
    body.putObject("run").put("checkpoint_every", steps);
    return body;
  }

  private static ObjectNode resuming(ObjectNode body, String sha256) {
    body.putObject("run").put("resume_from", sha256);
    return body;
  }

  private static JsonNode refused(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(409);
    JsonNode error = json(response).get("error");
    assertThat(error.get("code").asText()).isEqualTo("checkpoint_refused");
    assertThat(error.get("param").asText()).isEqualTo("run.resume_from");
    return error;
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private List<String> attemptFiles(String id) throws Exception {
    try (Stream<Path> files = Files.list(work.resolve("attempts").resolve(id))) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
