package dev.kintsugi.node;

import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.media.DecodedClip;
import dev.kintsugi.node.NodeClient.Event;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node, from a prompt to a video. */
class NodeProcessTest {
  @TempDir static Path dir;
  private static NodeProcess node;
  private static NodeClient client;

  @BeforeAll
  static void start() {
    node = new NodeProcess(dir);
    client = node.readyClient();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void theVideoFollowsThePrompt() throws Exception {
    DecodedClip red = video("red", "a red ball bouncing in the park");
    DecodedClip blue = video("blue", "a blue ball bouncing in the park");

    assertThat(red.frames()).hasSize(9);
    assertThat(red.width()).isEqualTo(96);
    assertThat(red.height()).isEqualTo(64);
    assertThat(red.fps()).isEqualTo(8);
    assertThat(red.vividPixels(0)).isGreaterThan(3 * blue.vividPixels(0) + 100);
    assertThat(blue.vividPixels(2)).isGreaterThan(3 * red.vividPixels(2) + 100);
  }

  @Test
  void everyStepIsReportedWithItsExpert() {
    client.start(request("steps", "a green tree in the snow", 6));
    List<Event> steps =
        client.follow("steps", 0, e -> false).stream()
            .filter(e -> e.name().equals("denoising") && e.data().get("step").asInt() > 0)
            .toList();
    // A checkpoint is an event too, of the step it was made after.
    assertThat(steps.stream().map(e -> e.data().get("step").asInt()).distinct())
        .containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(steps.getFirst().data().get("expert").asText()).isEqualTo("high");
    assertThat(steps.getLast().data().get("expert").asText()).isEqualTo("low");
    assertThat(client.json("/node/status").get("step_seconds").get("96x64x9").asDouble())
        .isPositive();
  }

  @Test
  void theLiteModelServesBesideTheMainOne() {
    await()
        .atMost(java.time.Duration.ofMinutes(1))
        .until(() -> client.json("/node/status").has("lite_model"));
    client.start(request("lite", "a red ball", 4).put("model", "wan-tiny-lite"));
    List<Event> events = client.follow("lite", 0, e -> false);
    assertThat(events.getLast().name()).isEqualTo("completed");
    assertThat(events.getLast().data().get("expert").asText()).isEqualTo("lite");
  }

  @Test
  void aStillWithMotionShowsWhatWasAsked() throws Exception {
    ObjectNode still = request("still", "a red ball bouncing in the park", 12);
    still.putObject("run").put("render", "still_motion");
    client.start(still);
    Event last = client.follow("still", 0, e -> false).getLast();
    assertThat(last.name()).as(last.data().toString()).isEqualTo("completed");
    Path file =
        Files.write(dir.resolve("still.mp4"), client.bytes("/v1/videos/still/content").body());
    DecodedClip clip = DecodedClip.of(file);
    assertThat(clip.frames()).hasSize(9);
    assertThat(clip.vividPixels(0)).as("it still follows the prompt").isGreaterThan(100);
  }

  @Test
  void aCancelledAttemptStopsWithinOneStepAndFreesTheSlot() {
    client.start(request("cancel", "a red car", 200));
    client.follow("cancel", 0, e -> e.data().get("step").asInt() == 3);
    int before = client.json("/v1/videos/cancel").get("step").asInt();
    HttpResponse<String> busy = client.post("/v1/videos", request("busy", "a red car", 2));
    assertThat(busy.statusCode()).isEqualTo(503);
    int asked = json(client.post("/v1/videos/cancel/cancel")).get("step").asInt();

    JsonNode last = client.follow("cancel", 0, e -> false).getLast().data();
    assertThat(last.get("error").get("code").asText()).isEqualTo("CANCELLED");
    assertThat(last.get("step").asInt()).isBetween(before, asked + 1);
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
  }

  @Test
  void theConsoleIsQuietAndEachLineIsJson() throws Exception {
    ObjectNode traced =
        request("traced", "a red ball", 2).put("trace_id", "0af7651916cd43dd8448eb211c80319c");
    client.start(traced);
    client.follow("traced", 0, e -> false);
    for (String line : node.console().lines().toList()) {
      assertThat(NodeClient.JSON.readTree(line).get("message").asText()).isNotBlank();
    }
    assertThat(node.console()).doesNotContain("Exception");
  }

  private DecodedClip video(String id, String prompt) throws Exception {
    client.start(request(id, prompt, 12));
    assertThat(client.follow(id, 0, e -> false).getLast().name()).isEqualTo("completed");
    Path file =
        Files.write(dir.resolve(id + ".mp4"), client.bytes("/v1/videos/" + id + "/content").body());
    return DecodedClip.of(file);
  }
}
