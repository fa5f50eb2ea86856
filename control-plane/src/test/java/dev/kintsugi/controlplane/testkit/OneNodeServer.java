package dev.kintsugi.controlplane.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The whole control plane with a node that counts steps: what is submitted is also made. */
public final class OneNodeServer implements AutoCloseable {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";

  private final Map<String, Object> settings;
  private final FakeInferenceNode node = new FakeInferenceNode(4, Duration.ofMillis(2));
  private TestServer server;

  public OneNodeServer(Map<String, Object> more) {
    settings = new HashMap<>(more);
    settings.put("kintsugi.fleet.token", TOKEN);
    server = TestServer.start(settings);
    ServiceState state =
        new ServiceState(
            "one",
            1,
            1,
            "wan-tiny",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(
                new ServiceState.Node("pod-1", "r1", "main", false, node.address(), true, false)),
            List.of("new_seed"),
            null);
    Answer pushed =
        server.send(
            server
                .request("/fleet/v1/services/" + FixedModels.SERVICE, TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json(state))));
    assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
  }

  private static String json(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  public TestServer server() {
    return server;
  }

  public FakeInferenceNode node() {
    return node;
  }

  /** Another process on the same database. */
  public void restart() {
    server.stop();
    server = TestServer.start(server.database(), settings);
  }

  public JsonNode video(String id) {
    return server.get("/v1/videos/" + id).json();
  }

  public JsonNode awaitEnd(String id) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> List.of("completed", "failed").contains(video(id).get("status").asText()));
    return video(id);
  }

  @Override
  public void close() {
    server.close();
    node.close();
  }
}
