package dev.kintsugi.controlplane.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.OneDay;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.FailureClass;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The whole control plane on two fake nodes that cannot draw one word: from failed attempts over
 * recovery's blame to the rule that stops the next one.
 */
class LearningLoopTest {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final String SERVICE = "studio/wan-tiny";
  private static final String RULES = "/ops/v1/prompt-rules";
  private static final List<String> SUBJECTS = List.of("cat", "dog", "fox", "owl", "robot");

  /** Hundreds of jobs, on a machine that does other things, too. */
  private static final Duration LONG = Duration.ofMinutes(3);

  /** Each prompt has one, so that none is sent again. */
  private static final AtomicInteger TAKES = new AtomicInteger();

  @Test
  void whatBothNodesFailAtIsLearntAndWhatOneFailedAtByChanceIsNot() throws Exception {
    OneDay.begin();
    try (TestServer server =
            TestServer.start(
                Map.of("kintsugi.fleet.token", TOKEN, "kintsugi.learning.look-every", "200ms"));
        FakeInferenceNode one = new FakeInferenceNode(4, Duration.ofMillis(2)).failsAt("dragon");
        FakeInferenceNode two = new FakeInferenceNode(4, Duration.ofMillis(2)).failsAt("dragon")) {
      put(server, one, two);
      run(server, "a %s on a beach", 40);
      for (FailureClass chance : List.of(FailureClass.BLACK_FRAMES, FailureClass.NAN_LATENTS)) {
        one.failNext(chance);
        two.failNext(chance);
      }
      run(server, "a %s at night", 20);
      run(server, "a dragon with a %s", 8);

      JsonNode found = mine(server);
      assertThat(found).as(found.toString()).hasSize(1);
      assertThat(found.at("/0/features/0").asText()).isEqualTo("word:dragon");
      assertThat(found.at("/0/found/failed").asInt()).isEqualTo(8);
      String id = found.at("/0/id").asText();

      awaitStage(server, id, "shadow");
      run(server, "a dragon with a %s", 11);
      awaitStage(server, id, "canary");
      pin(server, id, true);
      await("a canary stops some")
          .atMost(LONG)
          .until(() -> run(server, "a dragon with a %s", 4) > 0);
      pin(server, id, false);
      await("and lets some through")
          .atMost(LONG)
          .until(
              () -> {
                run(server, "a dragon with a %s", 4);
                return stage(server, id).equals("enforced");
              });
      awaitVerdict(server, "reject");
      assertThat(run(server, "a dragon with a %s", 30)).isGreaterThan(20);
      assertThat(run(server, "a %s at night", 10)).isZero();

      one.failsAt(null);
      two.failsAt(null);
      await("of twenty, one is let through")
          .atMost(LONG)
          .until(
              () -> {
                run(server, "a dragon with a %s", 20);
                return stage(server, id).equals("retired");
              });
      awaitVerdict(server, "accept");
      assertThat(run(server, "a dragon with a %s", 5)).isZero();
      assertThat(mine(server)).isEmpty();
    }
  }

  /** Submits so many and waits for the end of those that were taken; returns how many were not. */
  private static int run(TestServer server, String prompt, int jobs) {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      Answer answer =
          server.post(
              "/v1/videos",
              "{\"prompt\":\"%s take%d\",\"size\":\"64x64\"}"
                  .formatted(
                      prompt.formatted(SUBJECTS.get(i % SUBJECTS.size())),
                      TAKES.incrementAndGet()));
      if (answer.status() == 200) {
        taken.add(answer.json().get("id").asText());
      } else {
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("prompt_rejected");
      }
    }
    await().atMost(LONG).until(() -> taken.stream().allMatch(id -> ended(server, id)));
    String last = taken.isEmpty() ? "" : taken.getLast();
    await()
        .atMost(LONG)
        .until(
            () ->
                last.isEmpty()
                    || server
                            .database()
                            .number(
                                "SELECT count(*) FROM job_end WHERE job_id NOT IN "
                                    + "(SELECT job_id FROM prompt_sample)")
                        == 0);
    return jobs - taken.size();
  }

  /** Replicas read the rules every second. */
  private static void awaitVerdict(TestServer server, String verdict) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(
                        server
                            .post("/v1/prompts/screen", "{\"prompt\":\"a dragon\"}")
                            .json()
                            .get("verdict")
                            .asText())
                    .isEqualTo(verdict));
  }

  private static boolean ended(TestServer server, String id) {
    String status = server.get("/v1/videos/" + id).json().get("status").asText();
    return status.equals("completed") || status.equals("failed");
  }

  private static void awaitStage(TestServer server, String id, String stage) {
    await().atMost(LONG).untilAsserted(() -> assertThat(stage(server, id)).isEqualTo(stage));
  }

  private static String stage(TestServer server, String id) {
    return server.ops(RULES + "/" + id).json().get("stage").asText();
  }

  /** While it is pinned, no evidence moves it. */
  private static void pin(TestServer server, String id, boolean pinned) {
    Answer answer = server.ops("PATCH", RULES + "/" + id, "{\"pinned\":%s}".formatted(pinned));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  private static JsonNode mine(TestServer server) {
    return server
        .send(
            server
                .request(RULES + "/mine", TestServer.OPS_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"service\":\"" + SERVICE + "\"}")))
        .json()
        .get("data");
  }

  private static void put(TestServer server, FakeInferenceNode one, FakeInferenceNode two)
      throws Exception {
    ServiceState state =
        new ServiceState(
            "pair",
            1,
            1,
            "wan-tiny",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(
                new ServiceState.Node("pod-1", "r1", "main", false, one.address(), true, false),
                new ServiceState.Node("pod-2", "r1", "main", false, two.address(), true, false)),
            List.of("new_seed", "other_node"),
            null);
    String path = "/fleet/v1/services/" + SERVICE;
    Answer pushed =
        server.send(
            server
                .request(path, TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(new ObjectMapper().writeValueAsString(state))));
    assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
    await()
        .atMost(LONG)
        .until(
            () -> {
              JsonNode nodes = server.send(server.request(path, TOKEN)).json().get("nodes");
              return nodes.at("/0/reachable").asBoolean() && nodes.at("/1/reachable").asBoolean();
            });
  }
}
