package dev.kintsugi.controlplane.cases;

import static dev.kintsugi.controlplane.testkit.TestServer.OPS_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.FailureClass;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replays through the real dispatcher, on a node that is scripted to fail. */
class ReplayTest {

  private FakeInferenceNode node;
  private TestServer server;

  @BeforeEach
  void start() {
    node = new FakeInferenceNode(1, Duration.ofMillis(20));
    server =
        TestServer.start(
            Map.of(
                "kintsugi.test.fixed-models", false,
                "kintsugi.services[0].namespace", "studio",
                "kintsugi.services[0].name", "wan-tiny",
                "kintsugi.services[0].model", "wan-tiny",
                "kintsugi.services[0].nodes[0].name", "node-0",
                "kintsugi.services[0].nodes[0].address", node.address()));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> server.get("/v1/models").text().contains("wan-tiny"));
  }

  @AfterEach
  void stop() {
    server.close();
    node.close();
  }

  @Test
  void saysWhetherTheFailureHappensAgain() {
    node.failNext(FailureClass.NAN_LATENTS);
    String video = server.submit("{\"prompt\":\"a red ball\",\"seed\":41}");
    await().atMost(Duration.ofMinutes(1)).until(() -> cases("video=" + video).size() >= 1);
    await().until(() -> !"in_progress queued".contains(status(video)));
    String id = cases("video=" + video + "&class=NAN_LATENTS&kind=failed_attempt").get(0).asText();

    node.failNext(FailureClass.NAN_LATENTS);
    JsonNode again = judged(id, replay(id));
    assertThat(again.get("verdict").asText()).isEqualTo("reproduced");
    assertThat(again.at("/original/failure_class").asText()).isEqualTo("NAN_LATENTS");
    assertThat(again.at("/replayed/failure_class").asText()).isEqualTo("NAN_LATENTS");
    assertThat(again.get("requested_by").asText()).startsWith("key_");

    JsonNode well = judged(id, replay(id));
    assertThat(well.get("verdict").asText()).isEqualTo("not_reproduced");
    assertThat(well.get("reason").asText()).isEqualTo("completed");
    assertThat(well.at("/replayed/node").asText()).isEqualTo("node-0");

    node.failNext(FailureClass.OOM);
    JsonNode other = judged(id, replay(id));
    assertThat(other.get("verdict").asText()).isEqualTo("inconclusive");
    assertThat(other.get("reason").asText()).isEqualTo("other_failure");

    List<AttemptRequest> asked = node.requests();
    AttemptRequest failed =
        asked.stream().filter(request -> request.seed() == 41).findFirst().orElseThrow();
    assertThat(asked.subList(asked.size() - 3, asked.size()))
        .as("one attempt each, with the same input")
        .allSatisfy(
            replayed -> {
              assertThat(replayed.prompt()).isEqualTo(failed.prompt());
              assertThat(replayed.seed()).isEqualTo(41);
              assertThat(replayed.size()).isEqualTo(failed.size());
              assertThat(replayed.numInferenceSteps()).isEqualTo(failed.numInferenceSteps());
            });
    JsonNode shown = server.ops("/ops/v1/cases/" + id).json();
    assertThat(shown.get("replays")).hasSize(3);
    assertThat(shown.get("timeline").findValuesAsText("text"))
        .contains("reproduced: same_failure", "not_reproduced: completed");
    assertThat(server.get("/v1/videos").json().get("data"))
        .as("customers see no replay")
        .hasSize(1);
    assertThat(cases(""))
        .as("a replay makes no case of its own")
        .hasSameSizeAs(cases("video=" + video));
  }

  @Test
  void refusesWhatCannotBeReplayedAndSaysWhy() {
    node.failNext(FailureClass.OOM);
    String video = server.submit("{\"prompt\":\"a red ball\"}");
    await().atMost(Duration.ofMinutes(1)).until(() -> cases("video=" + video).size() >= 1);
    await().until(() -> !"in_progress queued".contains(status(video)));
    String id = cases("video=" + video + "&kind=failed_attempt").get(0).asText();
    server
        .database()
        .execute(
            "ALTER TABLE failure_case DISABLE TRIGGER USER;"
                + " UPDATE failure_case SET digest = 'beefbeefbeefbeef', version = '0';"
                + " ALTER TABLE failure_case ENABLE TRIGGER USER");
    Answer gone = replay(id);
    assertThat(gone.status()).isEqualTo(409);
    assertThat(gone.code()).isEqualTo("not_replayable");
    assertThat(gone.message())
        .contains(
            "no node of 'studio/wan-tiny' has version 0", "beefbeefbeef", "there is revision");

    assertThat(server.send(server.request("/v1/videos/" + video).DELETE()).status()).isEqualTo(200);
    Answer deleted = replay(id);
    assertThat(deleted.status()).isEqualTo(409);
    assertThat(deleted.message()).contains("the video was deleted");
    JsonNode shown = server.ops("/ops/v1/cases/" + id).json();
    assertThat(shown.get("input").isNull()).isTrue();
    assertThat(shown.get("timeline").findValuesAsText("kind"))
        .as("attempts are remembered")
        .contains("attempt_ended");
  }

  private Answer replay(String id) {
    return server.send(
        server.request("/ops/v1/cases/" + id + "/replay", OPS_KEY).POST(BodyPublishers.noBody()));
  }

  private JsonNode judged(String id, Answer started) {
    assertThat(started.status()).as(started.toString()).isEqualTo(202);
    String path = "/ops/v1/cases/" + id + "/replays/" + started.json().get("id").asText();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> "judged".equals(server.ops(path).json().get("status").asText()));
    return server.ops(path).json();
  }

  private List<JsonNode> cases(String query) {
    return server.ops("/ops/v1/cases?" + query).json().get("data").findValues("id");
  }

  private String status(String video) {
    return server.get("/v1/videos/" + video).json().get("status").asText();
  }
}
