package dev.kintsugi.controlplane.slo;

import static dev.kintsugi.controlplane.testkit.TestServer.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Objectives over HTTP, pushed as an operator pushes them and read as people read them. */
class SlosApiTest {

  private static final String TOKEN = "fleet-token-of-this-test";
  private static final String SERVICE = FixedModels.SERVICE.substring("studio/".length());

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "kintsugi.fleet.token",
                TOKEN,
                "kintsugi.slo.every",
                "200ms",
                "micronaut.server.host",
                "127.0.0.1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Answer put(String name, String body) {
    return server.send(
        server
            .request("/fleet/v1/objectives/studio/" + name, TOKEN)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static String objective(String uid, int generation, String rest) {
    return "{\"uid\":\"%s\",\"generation\":%d,\"service\":\"%s\",\"target\":0.9,\"window_seconds\":86400,%s}"
        .formatted(uid, generation, SERVICE, rest);
  }

  private static JsonNode slo(String name) {
    return server.ops("/ops/v1/slos/studio/" + name).json();
  }

  @Test
  void jobsMoveAnObjectiveWithinSecondsAndCostsFollow() {
    Answer pushed = put("render", objective("u-render", 1, "\"indicator\":\"renderSuccess\""));
    assertThat(pushed.status()).isEqualTo(200);
    assertThat(pushed.json().get("state").asText()).isEqualTo("NoData");
    assertThat(
            put("fast", objective("u-fast", 1, "\"indicator\":\"latency\",\"at_most\":60"))
                .status())
        .isEqualTo(200);
    for (int i = 0; i < 3; i++) {
      server.submit("{\"prompt\":\"a red ball\"}");
      server.worker().complete(server.worker().claim());
    }
    server.submit("{\"prompt\":\"a kite\"}");
    server.worker().makeLess("fewer_steps");

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> slo("render").at("/evidence/events").asInt() == 4);
    // All objectives are kept together, once a minute: the last time may have been before this one.
    await().atMost(Duration.ofMinutes(3)).until(() -> !slo("render").at("/history").isEmpty());
    JsonNode render = slo("render");
    assertThat(render.at("/evidence/bad").asDouble()).isEqualTo(0.5);
    assertThat(render.at("/evidence/budget_left").asDouble()).isCloseTo(-0.25, within(1e-9));
    assertThat(render.at("/evidence/state").asText()).isEqualTo("Warning");
    assertThat(render.at("/evidence/reason").asText()).isEqualTo("OneBadEvent");
    assertThat(render.at("/evidence/slices")).hasSize(3);
    assertThat(render.get("history").findValuesAsText("hour"))
        .as("one an hour")
        .doesNotHaveDuplicates();
    JsonNode fast = slo("fast").get("evidence");
    assertThat(fast.get("state").asText()).isEqualTo("OK");
    assertThat(fast.get("value").asDouble()).isBetween(0.0, 60.0);
    assertThat(fast.get("value_is").asText()).isEqualTo("quantile");
    assertThat(server.ops("/ops/v1/slos").json().get("data")).hasSizeGreaterThanOrEqualTo(2);

    JsonNode total = server.ops("/ops/v1/costs?service=studio/" + SERVICE).json().at("/data/0");
    assertThat(total.get("videos").asInt()).isEqualTo(4);
    assertThat(total.get("cost_usd").asDouble())
        .isCloseTo(total.get("gpu_seconds").asDouble() * 3.6 / 3600, within(1e-9));
    assertThat(total.get("per_thousand_usd").asDouble())
        .isCloseTo(total.get("cost_usd").asDouble() * 250, within(1e-9));

    String metrics = server.send(server.request("/metrics")).text();
    assertThat(metrics)
        .contains(
            "kintsugi_slo_current_ratio{service=\"studio/" + SERVICE,
            "kintsugi_slo_state{service=",
            "kintsugi_gpu_seconds_total{pool=\"main\"",
            "kintsugi_cost_usd_total");
  }

  @Test
  void pushesAreVersionedAndDeletionIsForGood() {
    String first = objective("u-1", 1, "\"indicator\":\"errorRate\"");
    String second = objective("u-1", 2, "\"indicator\":\"errorRate\",\"degraded\":\"bad\"");
    assertThat(put("versions", second).status()).isEqualTo(200);
    assertThat(put("versions", second).json().get("observed_generation").asInt()).isEqualTo(2);
    Answer late = put("versions", first);
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.code()).isEqualTo("stale_generation");

    for (String uid : List.of("u-1", "u-1", "u-2")) {
      assertThat(
              server
                  .send(
                      server
                          .request("/fleet/v1/objectives/studio/versions?uid=" + uid, TOKEN)
                          .DELETE())
                  .status())
          .isEqualTo(204);
    }
    assertThat(server.ops("/ops/v1/slos/studio/versions").code()).isEqualTo("not_found");
    assertThat(put("versions", second).code()).isEqualTo("stale_generation");
    assertThat(put("versions", second.replace("u-1", "u-2")).code())
        .as("deleted while its push was on its way")
        .isEqualTo("stale_generation");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"indicator\":\"speed\"|indicator: must be one of latency",
        "\"indicator\":\"latency\"|needs a bound",
        "\"indicator\":\"errorRate\",\"at_most\":1|has no bound",
        "\"indicator\":\"errorRate\",\"degraded\":\"often\"|degraded: must be good, half or bad",
        "\"indicator\":\"prometheus\",\"at_most\":1|query: must be",
        "\"indicator\":\"gpuMemory\",\"at_least\":9,\"at_most\":1|must not exceed",
      })
  void aWrongObjectiveIsRefusedWithItsField(String rest, String problem) {
    Answer answer = put("wrong", objective("u-wrong", 1, rest));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).contains(problem);
  }

  @Test
  void onlyOperatorsSeeBudgetsAndOnlyTheFleetPushesThem() {
    assertThat(server.get("/ops/v1/slos").status()).isEqualTo(403);
    assertThat(server.get("/ops/v1/costs").status()).isEqualTo(403);
    Answer customer =
        server.send(
            server
                .request("/fleet/v1/objectives/studio/x", KEY)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{}")));
    assertThat(customer.status()).isEqualTo(401);
    Answer hours = server.ops("/ops/v1/costs?hours=0");
    assertThat(hours.status()).isEqualTo(400);
    assertThat(hours.message()).contains("hours must be 1 to 2160");
  }

  @Test
  void aSilentObjectiveIsNoData() {
    put("silent", objective("u-silent", 1, "\"indicator\":\"gpuMemory\",\"at_most\":90"));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(slo("silent").at("/evidence/state").asText()).isEqualTo("NoData"));
  }
}
