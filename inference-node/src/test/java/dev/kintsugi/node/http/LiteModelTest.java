package dev.kintsugi.node.http;

import static dev.kintsugi.node.NodeClient.json;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeModel;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.NodeClient.Event;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose lite model is missing at first and appears later. */
class LiteModelTest {
  @TempDir Path work;
  private FakeNode node;
  private NodeClient client;

  @BeforeEach
  void start() {
    node = new FakeNode(work, Map.of("kintsugi.node.load-retry", "200ms"));
    client = node.client();
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void withoutItTheMainModelServesAndTheLiteOneIsUnknown() {
    assertThat(client.json("/node/status").has("lite_model")).isFalse();
    HttpResponse<String> refused = client.post("/v1/videos", lite("a"));
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("model_not_found");
    assertThat(json(refused).at("/error/message").asText())
        .isEqualTo("this node serves only wan-tiny");
    client.start(request("b", "a red ball", 2));
    assertThat(client.follow("b", 0, e -> false).getLast().name()).isEqualTo("completed");
  }

  @Test
  void theModelOfAnAttemptChooses() {
    node.serveLite(new FakeModel("wan-tiny-lite"));
    await().until(() -> client.json("/node/status").has("lite_model"));
    JsonNode described = client.json("/node/status").get("lite_model");
    assertThat(described.get("model").asText()).isEqualTo("wan-tiny-lite");
    assertThat(described.at("/limits/max_width").asInt()).isEqualTo(320);
    assertThat(client.json("/v1/models").get("data")).hasSize(2);

    client.start(lite("a"));
    List<Event> events = client.follow("a", 0, e -> false);
    assertThat(events.getLast().name()).isEqualTo("completed");
    assertThat(events.stream().filter(e -> e.data().get("step").asInt() > 0))
        .allSatisfy(e -> assertThat(e.data().get("expert").asText()).isEqualTo("lite"));
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    client.start(request("b", "a red ball", 4));
    client.follow("b", 0, e -> false);

    JsonNode status = client.json("/node/status");
    assertThat(status.at("/lite_model/step_seconds").fieldNames())
        .toIterable()
        .containsExactly("96x64x9");
    assertThat(status.get("step_seconds").fieldNames()).toIterable().containsExactly("96x64x9");
    assertThat(status.get("model").asText()).isEqualTo("wan-tiny");
  }

  private static JsonNode lite(String id) {
    return request(id, "a red ball", 4).put("model", "wan-tiny-lite");
  }
}
