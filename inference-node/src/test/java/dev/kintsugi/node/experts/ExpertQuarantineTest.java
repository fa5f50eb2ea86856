package dev.kintsugi.node.experts;

import static dev.kintsugi.node.NodeClient.JSON;
import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.RealNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Experts of the real model that fail by injection. */
class ExpertQuarantineTest {
  private static final AtomicInteger IDS = new AtomicInteger();
  @TempDir static Path work;
  private static RealNode node;
  private static NodeClient client;

  @BeforeAll
  static void start() {
    node =
        new RealNode(
            work,
            Map.of("kintsugi.node.faults", true, "kintsugi.node.experts.self-test-every", "300ms"));
    client = node.readyClient();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void isTrustedAgain() {
    client.delete("/node/faults");
    for (String expert : List.of("high", "low")) {
      await().atMost(Duration.ofSeconds(30)).until(() -> weight(expert) == 1);
    }
  }

  @ParameterizedTest(name = "{0} is replaced by {1}")
  @CsvSource({"high, low", "low, high"})
  void threeAbnormalResultsInARowTakeAnExpertOutAndASelfTestBringsItBack(
      String sick, String other) {
    fail(sick);
    assertThat(run().at("/error/code").asText()).isEqualTo("NAN_LATENTS");
    assertThat(run().at("/error/code").asText()).isEqualTo("NAN_LATENTS");
    await().until(() -> expert(sick).get("abnormal_in_a_row").asInt() == 2);
    assertThat(weight(sick)).isEqualTo(1);
    assertThat(run().at("/error/code").asText()).isEqualTo("NAN_LATENTS");
    await().until(() -> weight(sick) == 0);
    assertThat(expert(sick).get("healthy").asBoolean()).isFalse();
    assertThat(weight(other)).isEqualTo(1);

    JsonNode around = run();
    assertThat(around.at("/substituted_expert").asText()).isEqualTo(sick);
    assertThat(around.at("/error/code").asText()).isNotEqualTo("NAN_LATENTS");
    assertThat(metric("kintsugi_node_expert_weight{expert=\"" + sick + "\"}")).isZero();
    // The fault is still armed, so the self-test fails as well.
    String failed =
        "kintsugi_node_expert_results_total{expert=\"" + sick + "\",result=\"self_test_failed\"}";
    double before = metric(failed);
    await().until(() -> metric(failed) > before);
    assertThat(weight(sick)).isZero();

    client.delete("/node/faults");
    await().atMost(Duration.ofSeconds(30)).until(() -> weight(sick) == 1);
    assertThat(expert(sick).get("abnormal_in_a_row").asInt()).isZero();
    assertThat(metric("kintsugi_node_expert_weight{expert=\"" + sick + "\"}")).isEqualTo(1);
    assertThat(events(sick)).containsSubsequence("EXPERT_QUARANTINED", "EXPERT_RELEASED");
    JsonNode whole = run();
    assertThat(whole.at("/status").asText()).isEqualTo("completed");
    assertThat(whole.has("substituted_expert")).isFalse();
  }

  @Test
  void aNodeWithoutAnExpertSaysSoRefusesAndHealsByItself() {
    fail("high");
    fail("low");
    for (int i = 0; i < 3; i++) {
      run();
    }
    await().until(() -> weight("high") == 0);
    for (int i = 0; i < 3; i++) {
      run();
    }
    await().until(() -> weight("low") == 0);
    assertThat(client.get("/readyz").statusCode()).isEqualTo(503);
    assertThat(client.json("/node/status").get("not_ready_reason").asText())
        .contains("every expert of the model is quarantined");
    HttpResponse<String> refused =
        client.post("/v1/videos", request("e-" + IDS.incrementAndGet(), "a red ball", 4));
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("high is quarantined, low is quarantined");

    client.delete("/node/faults");
    node.readyClient();
    assertThat(run().at("/status").asText()).isEqualTo("completed");
  }

  private static JsonNode run() {
    String id = "e-" + IDS.incrementAndGet();
    String prompt = "a red ball moving from left to right on a street";
    HttpResponse<String> taken = client.post("/v1/videos", request(id, prompt, 4));
    assertThat(taken.statusCode()).as("%s", taken.body()).isEqualTo(200);
    JsonNode end = client.follow(id, 0, e -> false).getLast().data();
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    return end;
  }

  private static void fail(String expert) {
    assertThat(
            client
                .post(
                    "/node/faults",
                    JSON.createObjectNode()
                        .put("kind", "expert-failure")
                        .put("expert", expert)
                        .put("count", 1000))
                .statusCode())
        .isEqualTo(201);
  }

  private static JsonNode expert(String name) {
    return StreamSupport.stream(client.json("/node/status").get("experts").spliterator(), false)
        .filter(e -> e.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static double weight(String name) {
    return expert(name).get("weight").asDouble();
  }

  private static List<String> events(String expert) {
    return StreamSupport.stream(client.json("/node/status").get("events").spliterator(), false)
        .filter(e -> e.at("/details/expert").asText().equals(expert))
        .map(e -> e.get("kind").asText())
        .toList();
  }

  private static double metric(String series) {
    return client
        .get("/metrics")
        .body()
        .lines()
        .filter(l -> l.startsWith(series + " "))
        .mapToDouble(l -> Double.parseDouble(l.substring(series.length() + 1)))
        .findFirst()
        .orElse(0);
  }
}
