package dev.kintsugi.controlplane.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.AttemptRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The whole control plane with two versions on fake nodes, and customers beside the shadow. */
class ShadowApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final String PATH = "/fleet/v1/services/studio/wan-tiny";
  private static final String STARTED =
      Instant.now().minusSeconds(1).truncatedTo(ChronoUnit.SECONDS).toString();

  @Test
  void theCanaryMakesStoredVideosAgainAfterEveryCustomersJob() throws Exception {
    TestDatabase database = TestDatabase.create();
    try (FakeInferenceNode stable = new FakeInferenceNode(1, Duration.ofMillis(20));
        FakeInferenceNode canary = new FakeInferenceNode(1, Duration.ofMillis(400))) {
      TestServer first = server(database);
      push(first, state(stable, canary, 1, 100, 0));
      submit(first, "stored 1");
      submit(first, "stored 2");
      awaitCompleted(first, 2);
      assertThat(canary.requests()).isEmpty();

      push(first, state(stable, canary, 2, 0, 0));
      for (int i = 0; i < 5; i++) {
        submit(first, "customer");
      }
      await().atMost(Duration.ofMinutes(1)).until(() -> !canary.requests().isEmpty());
      push(first, state(stable, canary, 3, 0, 2));
      await().atMost(Duration.ofMinutes(1)).until(() -> shadow(first).at("/waiting").asInt() == 1);
      first.stop();

      // Slow until then, so that customers were before the shadow all the while.
      canary.stepsTake(Duration.ofMillis(150));
      try (TestServer second = server(database)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> shadow(second).at("/made").asInt() == 2);
        awaitCompleted(second, 7);
        assertThat(prompts(canary))
            .as("customers first, and each stored video once")
            .containsExactly(
                "customer", "customer", "customer", "customer", "customer", "stored 2", "stored 1");
        assertThat(prompts(stable)).containsExactly("stored 1", "stored 2");
        assertThat(canary.requests()).extracting(AttemptRequest::seed).endsWith(41, 41);

        JsonNode shadow = shadow(second);
        assertThat(shadow.get("planned").asInt()).isEqualTo(2);
        assertThat(shadow.get("waiting").asInt()).isZero();
        assertThat(shadow.get("least_psnr_db").asDouble()).isEqualTo(100);
        assertThat(shadow.at("/time/pairs").asInt()).isEqualTo(2);
        assertThat(shadow.at("/time/median").asDouble()).isGreaterThan(1);
        assertThat(shadow.at("/time/low").isNull()).isTrue();

        assertThat(second.get("/v1/videos").json().get("data")).as("never delivered").hasSize(7);
        assertThat(second.ops("/ops/v1/cases").json().get("data")).isEmpty();
        assertThat(second.get("/metrics").text())
            .contains("kintsugi_rollout_shadow_pairs_total{ending=\"made\"");
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> database.number("SELECT count(*) FROM job_end WHERE NOT counted") == 0);
        assertThat(database.number("SELECT count(*) FROM job_end WHERE service LIKE 'replay:%'"))
            .isEqualTo(2);
        assertThat(database.number("SELECT count(*) FROM cost_hour WHERE service LIKE 'replay:%'"))
            .as("never billed")
            .isZero();
        assertThat(database.number("SELECT count(*) FROM cost_hour")).isPositive();
      }
    }
  }

  private static TestServer server(TestDatabase database) {
    return TestServer.start(database, Map.of("kintsugi.fleet.token", TOKEN));
  }

  private static JsonNode shadow(TestServer server) {
    return server.ops("/ops/v1/rollouts/studio/pair-2").json().at("/shadow");
  }

  private static List<String> prompts(FakeInferenceNode node) {
    return node.requests().stream().map(AttemptRequest::prompt).toList();
  }

  private static void submit(TestServer server, String prompt) {
    server.submit("{\"prompt\":\"" + prompt + "\",\"size\":\"64x64\",\"seed\":41}");
  }

  private static void awaitCompleted(TestServer server, int videos) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                server.get("/v1/videos").json().get("data").findValuesAsText("status").stream()
                        .filter("completed"::equals)
                        .count()
                    == videos);
  }

  private static void push(TestServer server, ServiceState state) throws JsonProcessingException {
    Answer answer =
        server.send(
            server
                .request(PATH, TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(JSON.writeValueAsString(state))));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  private static ServiceState state(
      FakeInferenceNode stable,
      FakeInferenceNode canary,
      long sequence,
      int ofStable,
      int shadowVideos) {
    return new ServiceState(
        "pair",
        1,
        sequence,
        "wan-tiny",
        600,
        List.of(),
        List.of(
            new ServiceState.Revision("r1", "1", null, ofStable),
            new ServiceState.Revision("r2", "2", null, 100 - ofStable)),
        List.of(
            // One that has no share must not step in while the canary is slow to answer either.
            new ServiceState.Node(
                "pod-1", "r1", "main", false, stable.address(), true, ofStable == 0),
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
            STARTED,
            false,
            shadowVideos,
            null,
            null));
  }
}
