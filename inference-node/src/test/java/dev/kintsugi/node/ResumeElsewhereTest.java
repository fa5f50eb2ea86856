package dev.kintsugi.node;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.NodeClient.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node dies in the middle of a clip, another one goes on: real processes, real model. */
class ResumeElsewhereTest {
  private static final int STEPS = 12;

  @TempDir Path dir;

  @Test
  void theClipIsTheOneThatTheLostNodeWouldHaveMade() throws Exception {
    byte[] content;
    try (NodeProcess lost = new NodeProcess(Files.createDirectory(dir.resolve("lost")))) {
      NodeClient client = lost.readyClient();
      ObjectNode body = asked("lost");
      body.putObject("run").put("checkpoint_every", 2);
      client.start(body);
      client.follow("lost", 0, e -> e.data().at("/checkpoint/step").asInt() >= 4);
      content = client.bytes("/v1/videos/lost/checkpoint").body();
      lost.kill();
    }
    try (NodeProcess other = new NodeProcess(Files.createDirectory(dir.resolve("other")))) {
      NodeClient client = other.readyClient();
      String sha256 = sha256(content);
      assertThat(client.put("/node/checkpoints/" + sha256, content).statusCode()).isEqualTo(201);
      ObjectNode body = asked("resumed");
      body.putObject("run").put("resume_from", sha256);
      client.start(body);
      List<Event> events = client.follow("resumed", 0, e -> false);
      assertThat(events.getLast().name()).isEqualTo("completed");
      assertThat(events.stream().map(e -> e.data().get("step").asInt()).distinct())
          .containsExactlyElementsOf(
              IntStream.concat(IntStream.of(0), IntStream.rangeClosed(step(content), STEPS))
                  .boxed()
                  .toList());

      client.start(asked("whole"));
      Event whole = client.follow("whole", 0, e -> false).getLast();
      assertThat(video(events.getLast())).isEqualTo(video(whole));
    }
  }

  /** The step a checkpoint says it was made after. */
  private static int step(byte[] checkpoint) {
    Matcher matcher =
        Pattern.compile("\"step\":\"(\\d+)\"")
            .matcher(new String(checkpoint, StandardCharsets.ISO_8859_1));
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static String video(Event completed) {
    return completed.data().get("artifacts").get(0).get("sha256").asText();
  }

  private static ObjectNode asked(String id) {
    return request(id, "a red ball bouncing in the park", STEPS);
  }

  private static String sha256(byte[] content) throws Exception {
    return java.util.HexFormat.of()
        .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(content));
  }
}
