package dev.kintsugi.node.http;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.media.DecodedClip;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.NodeClient.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StillMotionTest {
  @TempDir Path work;

  @Test
  void oneFrameIsGeneratedAndTheCameraMovesOverIt() throws Exception {
    try (FakeNode node = new FakeNode(work)) {
      NodeClient client = node.client();
      Awaitility.await().until(() -> client.get("/readyz").statusCode() == 200);
      ObjectNode body = request("a", "a red ball", 4).put("num_frames", 17);
      body.putObject("run").put("render", "still_motion");
      client.start(body);
      List<Event> events = client.follow("a", 0, e -> false);
      JsonNode last = events.getLast().data();
      assertThat(last.get("phase").asText()).as(last.toString()).isEqualTo("completed");
      assertThat(events).extracting(e -> e.data().get("progress").asInt()).isSorted();

      Path file = Files.write(work.resolve("a.mp4"), client.bytes("/v1/videos/a/content").body());
      DecodedClip clip = DecodedClip.of(file);
      assertThat(clip.frames()).hasSize(17);
      assertThat(clip.width()).isEqualTo(96);
      assertThat(clip.height()).isEqualTo(64);
      assertThat(client.json("/node/status").get("step_seconds").fieldNames())
          .as("its steps are those of one frame, and are kept as such")
          .toIterable()
          .containsExactly("96x64x1");
    }
  }
}
