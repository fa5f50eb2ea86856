package dev.kintsugi.node.http;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.engine.ScriptedFlow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the gate makes of clips that a stand-in model painted. */
class QualityGateHttpTest {
  @TempDir private Path work;
  private FakeNode node;
  private NodeClient client;

  private void start(Map<String, Object> settings) {
    node = new FakeNode(work, settings);
    client = node.client();
  }

  private void startReady(Map<String, Object> settings) {
    start(settings);
    await().until(() -> client.get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @CsvSource({
    "black, BLACK_FRAMES, a black frame, brightness, black",
    "grey, BLACK_FRAMES, a frame of one colour, contrast, constant",
    "stops, FROZEN_FRAMES, a frozen picture, motion, frozen",
    "flickers, FLICKER, flicker, flicker, flicker",
    "noisy, QUALITY_LOW, low quality, noise, low_quality",
  })
  void aDefectiveClipEndsTheAttemptWithItsClassAndNumbers(
      String prompt, String failure, String found, String statistic, String verdict) {
    startReady(Map.of());
    JsonNode ended = run(prompt);
    assertThat(ended.get("phase").asText()).isEqualTo("failed");
    assertThat(ended.at("/error/code").asText()).isEqualTo(failure);
    assertThat(ended.at("/error/message").asText())
        .contains("the quality gate found " + found)
        .contains(statistic + " is ")
        .contains("the model's limit is ");
    assertThat(ended.at("/quality/" + statistic).isNumber()).isTrue();
    assertThat(ended.at("/error/context/quality")).isEqualTo(ended.get("quality"));
    assertThat(ended.has("artifacts")).isFalse();
    // Followers hear of the end before the files are cleared away.
    await().until(() -> Files.notExists(work.resolve("attempts/a/frames.rgb")));
    assertThat(client.get("/metrics").body())
        .containsPattern(
            "kintsugi_node_quality_verdicts_total\\{statistic=\"%s\",verdict=\"%s\"} 1.0"
                .formatted(statistic, verdict));
  }

  @Test
  void aGoodClipCarriesItsNumbersToo() {
    startReady(Map.of());
    JsonNode ended = run("a square that moves");
    assertThat(ended.get("phase").asText()).isEqualTo("completed");
    assertThat(ended.at("/quality/adjacent_psnr_db").asDouble()).isBetween(15.0, 60.0);
    assertThat(ended.at("/quality/flow").asDouble()).isPositive();
    assertThat(ended.at("/stage_durations/judge").asDouble()).isPositive();
  }

  @Test
  void aNetworkInAFileTakesThePlaceOfTheFlow() throws IOException {
    Path flow = ScriptedFlow.write(work.resolve("flow.pt"), ScriptedFlow.FOLLOWS_COLOUR);
    startReady(Map.of("kintsugi.node.quality.flow-module", flow.toString()));
    // A square moves over still stripes, and this network sees motion only where colours change.
    assertThat(run("a square that moves").at("/quality/flow_entropy").asDouble())
        .isBetween(0.2, 0.3);
  }

  @Test
  void aFlowFileThatCannotBeUsedKeepsTheNodeFromBeingReady() throws IOException {
    Path flow = Files.writeString(work.resolve("flow.pt"), "not a module");
    start(Map.of("kintsugi.node.quality.flow-module", flow.toString()));
    await()
        .untilAsserted(
            () -> assertThat(client.get("/readyz").body()).contains(flow + " cannot be loaded"));
  }

  private JsonNode run(String prompt) {
    client.start(request("a", prompt, 2));
    return client.follow("a", 0, e -> false).getLast().data();
  }
}
