package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fleet API of a whole control plane, called as an operator calls it. */
class FleetApiTest {

  private static final String TOKEN = "fleet-token-of-this-test";
  private static final String API_KEY = "sk-kintsugi-bootstrap-key-of-this-test-0123456789";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path data;
  private static TestDatabase database;
  private static EmbeddedServer server;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    database = TestDatabase.create();
    server = controlPlane(Map.of("kintsugi.fleet.token", TOKEN));
  }

  @AfterAll
  static void stop() {
    server.close();
    database.close();
  }

  @Test
  void isClosedUntilATokenOrAnIssuerIsConfigured() throws Exception {
    try (EmbeddedServer closed = controlPlane(Map.of())) {
      HttpResponse<String> answer = call(closed, "GET", "/fleet/v1/services", null, "anything");
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(code(answer)).isEqualTo("forbidden");
    }
  }

  @Test
  void wantsTheConfiguredToken() throws Exception {
    assertThat(call(server, "GET", "/fleet/v1/services", null, null).statusCode()).isEqualTo(401);
    assertThat(call(server, "GET", "/fleet/v1/services", null, "wrong").statusCode())
        .isEqualTo(401);
    assertThat(call(server, "GET", "/fleet/v1/services", null, TOKEN).statusCode()).isEqualTo(200);
  }

  @Test
  void pushesAreIdempotentAndNeverGoBack() throws Exception {
    String path = "/fleet/v1/services/studio/versions";
    assertThat(put(path, FleetStates.state("v-1", 2, 7)).statusCode()).isEqualTo(200);
    HttpResponse<String> again = put(path, FleetStates.state("v-1", 2, 7));
    assertThat(again.statusCode()).isEqualTo(200);
    JsonNode evidence = JSON.readTree(again.body());
    assertThat(evidence.path("observed_generation").asLong()).isEqualTo(2);
    assertThat(evidence.path("observed_sequence").asLong()).isEqualTo(7);
    assertThat(evidence.at("/nodes/0/name").asText()).isEqualTo("pod-7");
    assertThat(evidence.at("/nodes/0/reachable").asBoolean()).isFalse();

    HttpResponse<String> late = put(path, FleetStates.state("v-1", 2, 6));
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(code(late)).isEqualTo("stale_generation");

    assertThat(call(server, "DELETE", path + "?uid=v-1", null, TOKEN).statusCode()).isEqualTo(204);
    assertThat(call(server, "DELETE", path + "?uid=v-1", null, TOKEN).statusCode()).isEqualTo(204);
    assertThat(call(server, "GET", path, null, TOKEN).statusCode()).isEqualTo(404);
    assertThat(code(put(path, FleetStates.state("v-1", 9, 9)))).isEqualTo("stale_generation");
    assertThat(call(server, "DELETE", path + "?uid=v-2", null, TOKEN).statusCode()).isEqualTo(204);
    assertThat(code(put(path, FleetStates.state("v-2", 1, 1))))
        .as("deleted while its push was on its way")
        .isEqualTo("stale_generation");
  }

  @Test
  void everyProblemOfAPushIsNamedAtOnce() throws Exception {
    ServiceState wrong =
        new ServiceState("", 0, 0, "m", 0, List.of(), List.of(), List.of(), null, null, null);
    HttpResponse<String> answer = put("/fleet/v1/services/studio/wrong", wrong);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).at("/error/message").asText())
        .contains("uid:", "generation:", "deadline_seconds:", "weights must sum to 100");
  }

  @Test
  void aPushedServiceServesCustomersFromSubmitToVideo() throws Exception {
    try (FakeInferenceNode node = new FakeInferenceNode(1, Duration.ofMillis(20))) {
      ServiceState state =
          new ServiceState(
              "whole",
              1,
              0,
              "whole-model",
              600,
              List.of(),
              List.of(new ServiceState.Revision("r1", "1.0", null, 100)),
              List.of(
                  new ServiceState.Node("pod-0", "r1", "main", false, node.address(), true, false)),
              null,
              null,
              null);
      String path = "/fleet/v1/services/studio/whole";
      assertThat(put(path, state).statusCode()).isEqualTo(200);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(
                          JSON.readTree(call(server, "GET", path, null, TOKEN).body())
                              .at("/nodes/0/reachable")
                              .asBoolean())
                      .isTrue());

      HttpResponse<String> submitted =
          call(
              server,
              "POST",
              "/v1/videos",
              "{\"model\":\"whole-model\",\"prompt\":\"a red ball\",\"size\":\"64x64\"}",
              API_KEY);
      assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(200);
      String video = "/v1/videos/" + JSON.readTree(submitted.body()).path("id").asText();
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(
                          JSON.readTree(call(server, "GET", video, null, API_KEY).body())
                              .path("status")
                              .asText())
                      .isEqualTo("completed"));
      assertThat(call(server, "GET", video + "/content", null, API_KEY).body())
          .startsWith("made-up video of a red ball");
      call(server, "DELETE", path + "?uid=whole", null, TOKEN);
    }
  }

  private static EmbeddedServer controlPlane(Map<String, Object> settings) {
    Map<String, Object> properties = new HashMap<>(database.properties());
    properties.put("micronaut.server.port", -1);
    properties.put("kintsugi.data-dir", data.toString());
    properties.put("kintsugi.artifacts.dir", data.resolve("artifacts").toString());
    properties.put("kintsugi.bootstrap-api-key", API_KEY);
    properties.putAll(settings);
    return ApplicationContext.run(EmbeddedServer.class, properties);
  }

  private static HttpResponse<String> put(String path, ServiceState state) throws Exception {
    return call(server, "PUT", path, JSON.writeValueAsString(state), TOKEN);
  }

  private static String code(HttpResponse<String> answer) throws Exception {
    return JSON.readTree(answer.body()).at("/error/code").asText();
  }

  private static HttpResponse<String> call(
      EmbeddedServer at, String method, String path, String body, String token) throws Exception {
    BodyPublisher publisher =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(at.getURL() + path))
            .header("Content-Type", "application/json")
            .method(method, publisher);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }
}
