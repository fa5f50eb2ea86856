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
import dev.kintsugi.node.experts.Quarantine;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attempts that do without an expert, over a model that steps on command. */
class ExpertSubstitutionTest {
  @TempDir Path work;
  private FakeNode node;
  private NodeClient client;

  @BeforeEach
  void start() {
    node = new FakeNode(work);
    client = node.client();
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({"high, low", "low, high"})
  void aQuarantinedExpertsStepsGoToTheOther(String out, String by) {
    Quarantine.begin(node, out);
    client.start(request("a", "a red ball", 4));
    expectOnly(by, out, client.follow("a", 0, e -> false));
    JsonNode experts = client.json("/node/status").get("experts");
    assertThat(experts)
        .allSatisfy(
            e ->
                assertThat(e.get("weight").asDouble())
                    .isEqualTo(e.get("name").asText().equals(out) ? 0 : 1));
  }

  @Test
  void soDoThoseOfAnExpertThatTheAttemptAvoids() {
    client.start(avoiding("a", "high"));
    expectOnly("low", "high", client.follow("a", 0, e -> false));
  }

  @Test
  void anAttemptWithoutAnUsableExpertIsRefusedAtOnceForAnotherNode() {
    Quarantine.begin(node, "low");
    HttpResponse<String> refused = client.post("/v1/videos", avoiding("a", "high"));
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("unavailable");
    assertThat(json(refused).at("/error/message").asText())
        .isEqualTo(
            "no expert of this node's model may be used: high is avoided, low is quarantined");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow()).isPositive();
    assertThat(client.get("/v1/videos/a").statusCode()).isEqualTo(404);
    assertThat(client.json("/node/status").get("free_slots").asInt()).isEqualTo(1);

    Quarantine.end(node, "low");
    assertThat(client.post("/v1/videos", avoiding("a", "high")).statusCode()).isEqualTo(200);
  }

  private static ObjectNode avoiding(String id, String expert) {
    ObjectNode body = request(id, "a red ball", 4);
    body.putObject("run").put("avoid_expert", expert);
    return body;
  }

  private static void expectOnly(String by, String out, List<Event> events) {
    assertThat(events.getLast().name()).isEqualTo("completed");
    assertThat(events.getLast().data().get("substituted_expert").asText()).isEqualTo(out);
    assertThat(events.stream().filter(e -> e.data().get("step").asInt() > 0))
        .allSatisfy(e -> assertThat(e.data().get("expert").asText()).isEqualTo(by));
  }
}
