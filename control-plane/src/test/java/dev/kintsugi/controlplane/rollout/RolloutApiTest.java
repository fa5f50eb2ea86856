package dev.kintsugi.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.FailureClass;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The whole control plane with two versions on fake nodes. */
class RolloutApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final String PATH = "/fleet/v1/services/studio/wan-tiny";

  @Test
  void aBadVersionIsCutOffWithinSecondsAndEverybodyCanSeeWhy() throws Exception {
    try (TestServer server = TestServer.start(Map.of("kintsugi.fleet.token", TOKEN));
        FakeInferenceNode stable = new FakeInferenceNode(2, Duration.ofMillis(20));
        FakeInferenceNode canary =
            new FakeInferenceNode(2, Duration.ofMillis(20)).failAlways(FailureClass.BLACK_FRAMES)) {
      Answer pushed = put(server, state(stable, canary, 1));
      assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
      assertThat(pushed.json().at("/rollout/rollout").asText()).isEqualTo("pair-2");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> get(server).at("/nodes/1/reachable").asBoolean());

      await()
          .atMost(Duration.ofSeconds(120))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                submit(server);
                return get(server).at("/rollout/cut").asBoolean();
              });
      JsonNode told = get(server).get("rollout");
      assertThat(told.get("verdict").asText()).isEqualTo("ROLLBACK");
      assertThat(told.at("/canary/low_quality").asLong()).isPositive();
      Instant bad = Instant.parse(told.get("first_bad_at").asText());
      assertThat(Instant.parse(told.get("cut_at").asText())).isBetween(bad, bad.plusSeconds(180));

      JsonNode listed = server.ops("/ops/v1/rollouts").json().at("/data/0");
      assertThat(listed.get("name").asText()).isEqualTo("pair-2");
      assertThat(listed.get("service").asText()).isEqualTo("wan-tiny");
      assertThat(listed.get("active").asBoolean()).isTrue();
      JsonNode shown = server.ops("/ops/v1/rollouts/studio/pair-2").json();
      assertThat(shown.get("decisions").findValuesAsText("verdict")).last().isEqualTo("ROLLBACK");
      assertThat(server.ops("/ops/v1/rollouts?namespace=elsewhere").json().get("data")).isEmpty();
      assertThat(server.ops("/ops/v1/rollouts/studio/none").status()).isEqualTo(404);
      assertThat(server.get("/ops/v1/rollouts").status()).isEqualTo(403);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(server.ops("/ops/v1/cases?kind=rollback").json().get("data"))
                      .hasSize(1));
      assertThat(metrics(server))
          .contains(
              "kintsugi_rollout_verdicts_total{reason=\"more_bad_jobs\"",
              "kintsugi_rollout_cut_delay_seconds_count{service=\"studio/wan-tiny\"} 1",
              "kintsugi_rollout_jobs{ending=\"low_quality\"");

      assertThat(put(server, without(state(stable, canary, 2))).json().has("rollout")).isFalse();
      assertThat(server.ops("/ops/v1/rollouts").json().at("/data/0/active").asBoolean()).isFalse();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(metrics(server)).doesNotContain("kintsugi_rollout_jobs{"));
    }
  }

  private static String metrics(TestServer server) {
    return server.get("/metrics").text();
  }

  private static void submit(TestServer server) {
    server.submit("{\"prompt\":\"a red ball\",\"size\":\"64x64\"}");
  }

  private static JsonNode get(TestServer server) {
    return server.send(server.request(PATH, TOKEN)).json();
  }

  private static Answer put(TestServer server, ServiceState state) throws JsonProcessingException {
    return server.send(
        server
            .request(PATH, TOKEN)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(JSON.writeValueAsString(state))));
  }

  private static ServiceState without(ServiceState s) {
    return new ServiceState(
        s.uid(),
        s.generation(),
        s.sequence(),
        s.model(),
        s.deadlineSeconds(),
        s.tenants(),
        s.revisions(),
        s.nodes(),
        s.ladder(),
        null);
  }

  private static ServiceState state(
      FakeInferenceNode stable, FakeInferenceNode canary, long sequence) {
    return new ServiceState(
        "pair",
        1,
        sequence,
        "wan-tiny",
        600,
        List.of(),
        List.of(
            new ServiceState.Revision("r1", "1", null, 75),
            new ServiceState.Revision("r2", "2", null, 25)),
        List.of(
            new ServiceState.Node("pod-1", "r1", "main", false, stable.address(), true, false),
            new ServiceState.Node("pod-2", "r2", "main", false, canary.address(), true, false)),
        null,
        new ServiceState.Rollout(
            "pair-2",
            "r1",
            "r2",
            0,
            5,
            0.01,
            0.05,
            0.1,
            0.25,
            600,
            Instant.now().minusSeconds(1).truncatedTo(ChronoUnit.SECONDS).toString(),
            false));
  }
}
