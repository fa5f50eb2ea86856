package dev.kintsugi.node;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.node.NodeClient.Event;
import dev.kintsugi.node.model.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What happens to a real node when it is stopped, killed, or given a bad model. */
class NodeLossTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path dir;

  @Test
  void aStoppedNodeFinishesItsAttemptAndWaitsUntilTheResultIsTaken() throws Exception {
    try (NodeProcess node = new NodeProcess(dir, "--grace", "120s")) {
      NodeClient client = node.readyClient();
      client.start(request("a", "a red ball", 20));
      client.follow("a", 0, e -> e.data().get("step").asInt() == 1);
      node.terminate();
      await().until(() -> client.get("/readyz").statusCode() == 503);

      Event last = client.follow("a", 0, e -> false).getLast();
      assertThat(last.name()).isEqualTo("completed");
      assertThat(client.bytes("/v1/videos/a/content").statusCode()).isEqualTo(200);
      client.delete("/v1/videos/a");
      assertThat(node.endsWithin(SOON)).isTrue();
      assertThat(dir.resolve("work/attempts")).isEmptyDirectory();
    }
  }

  @Test
  void aStoppedNodeHandsBackWhatItCannotFinish() throws Exception {
    try (NodeProcess node = new NodeProcess(dir, "--grace", "2s")) {
      NodeClient client = node.readyClient();
      ObjectNode long200 =
          request("a", "a red ball", 200).put("size", "320x192").put("num_frames", 33);
      client.start(long200);
      client.follow("a", 0, e -> e.name().equals("denoising"));
      CompletableFuture<List<Event>> followed =
          CompletableFuture.supplyAsync(() -> client.follow("a", 0, e -> false));
      node.terminate();

      JsonNode error = followed.join().getLast().data().get("error");
      assertThat(error.get("code").asText()).isEqualTo("NODE_LOST");
      assertThat(node.endsWithin(SOON)).isTrue();
    }
  }

  @Test
  void aKilledNodeComesBackClean() throws Exception {
    try (NodeProcess node = new NodeProcess(dir)) {
      NodeClient client = node.readyClient();
      client.start(request("a", "a red ball", 200));
      client.follow("a", 0, e -> e.data().get("step").asInt() == 1);
      node.kill();
      assertThat(node.endsWithin(SOON)).isTrue();
    }
    assertThat(dir.resolve("work/attempts/a")).exists();
    try (RealNode again = new RealNode(dir.resolve("work"), Map.of())) {
      NodeClient client = again.readyClient();
      assertThat(dir.resolve("work/attempts")).isEmptyDirectory();
      assertThat(client.get("/v1/videos/a").statusCode()).isEqualTo(404);
      client.start(request("a", "a red ball", 2));
      assertThat(client.follow("a", 0, e -> false).getLast().name()).isEqualTo("completed");
    }
  }

  @Test
  void anAlteredModelIsNamedInOneLineAndNeverReady() throws Exception {
    Path model = TestModels.copy("wan-tiny", dir);
    byte[] weights = Files.readAllBytes(model.resolve("vae.pt"));
    weights[weights.length / 2] ^= 1;
    Files.write(model.resolve("vae.pt"), weights);
    try (NodeProcess node = new NodeProcess(dir, "--model", model.toString())) {
      refuses(node.client(), "vae.pt is altered");
      assertThat(node.console().lines().filter(l -> l.contains("\"ERROR\"")))
          .singleElement()
          .asString()
          .contains("vae.pt is altered");
      assertThat(node.console()).doesNotContain("\tat ").doesNotContain("stack_trace");
    }

    Files.write(model.resolve("vae.pt"), new byte[] {1, 2, 3});
    refuses(model, "vae.pt is truncated");
  }

  @Test
  void aModelThatDoesNotReproduceItsReferenceIsNeverReady() throws Exception {
    Path model = TestModels.copy("wan-tiny", dir);
    byte[] reference = Files.readAllBytes(model.resolve("self_test/self_test.safetensors"));
    for (int i = reference.length - 1_000; i < reference.length; i++) {
      reference[i] ^= 0x40;
    }
    TestModels.replace(model, "self_test/self_test.safetensors", reference);
    refuses(model, "does not reproduce its reference");
  }

  /** In this process, where a node is there at once. */
  private void refuses(Path model, String reason) {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try (RealNode node = new RealNode(dir, Map.of("kintsugi.node.model", model.toString()))) {
      refuses(node.client(), reason);
    } finally {
      root.detachAppender(log);
    }
    assertThat(log.list)
        .filteredOn(event -> event.getLevel() == Level.ERROR)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getFormattedMessage()).contains(reason).doesNotContain("\n");
              assertThat(event.getThrowableProxy()).isNull();
            });
  }

  private static void refuses(NodeClient client, String reason) {
    await().atMost(SOON).until(() -> client.get("/readyz").body().contains(reason));
    assertThat(client.get("/readyz").statusCode()).isEqualTo(503);
    assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(client.json("/node/status").get("not_ready_reason").asText()).contains(reason);
  }
}
