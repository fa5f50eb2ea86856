package dev.kintsugi.node.attempts;

import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.NodeClient.Event;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainTest {
  @TempDir Path work;
  private FakeNode node;
  private NodeClient client;

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aDrainingNodeFinishesWhatRunsAndTakesNothingNew() {
    start("25s");
    node.model.stepwise();
    client.start(request("a", "a red ball", 4));
    assertThat(json(client.post("/node/drain")).get("draining").asBoolean()).isTrue();

    HttpResponse<String> refused = client.post("/v1/videos", request("b", "a red ball", 4));
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("draining");
    assertThat(client.post("/v1/videos", request("a", "a red ball", 4)).statusCode())
        .as("the running one is still found")
        .isEqualTo(200);
    assertThat(client.get("/readyz").statusCode()).isEqualTo(503);
    assertThat(client.get("/metrics").body()).contains("kintsugi_node_ready 0.0");

    node.model.run();
    assertThat(client.follow("a", 0, e -> false).getLast().name()).isEqualTo("completed");
  }

  @Test
  void aStopWaitsForTheResultToBeTaken() {
    start("60s");
    node.model.stepwise();
    client.start(request("a", "a red ball", 4));
    CompletableFuture<Void> stop = stop(node);
    node.model.run();
    client.follow("a", 0, e -> false);
    assertThat(stop).isNotDone();

    assertThat(client.bytes("/v1/videos/a/content").statusCode()).isEqualTo(200);
    client.delete("/v1/videos/a");
    assertThat(stop).succeedsWithin(java.time.Duration.ofSeconds(10));
  }

  @Test
  void whatCannotFinishInTimeIsHandedBackBeforeTheEnd() {
    start("2s");
    node.model.stepwise();
    client.start(request("a", "a red ball", 50));
    CompletableFuture<Void> stop = stop(node);
    Event last = client.follow("a", 0, e -> false).getLast();

    JsonNode error = last.data().get("error");
    assertThat(error.get("code").asText()).isEqualTo("NODE_LOST");
    assertThat(error.get("message").asText()).contains("handed the attempt back");
    assertThat(stop).succeedsWithin(java.time.Duration.ofSeconds(5));
  }

  private void start(String grace) {
    node = new FakeNode(work, Map.of("kintsugi.node.grace", grace));
    client = node.client();
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  private static CompletableFuture<Void> stop(FakeNode node) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            node.bean(Drain.class).run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
