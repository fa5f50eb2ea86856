package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.FaultPort.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Standing probes on the real cluster: a pod that makes broken clips is found before customers. */
@Order(7)
class ProbeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Test
  void aPodThatFailsItsProbesGetsNoJobsUntilItPasses() {
    LocalProduct product = SharedCluster.product();
    FaultPort faults = FaultPort.open(product, 2);
    Pod sick = faults.pods().getFirst();
    faults.arm(sick, Map.of("kind", "nan", "count", 1000));
    faults.probe("{\"enabled\": true, \"interval\": \"1s\", \"failures\": 3}");
    try {
      awaitOut(product, sick, 1);
      Api api = product.api();
      List<String> ids =
          IntStream.range(0, 3).mapToObj(i -> api.submit(Jobs.small(30_000 + i))).toList();
      Jobs.awaitCompleted(api, ids);
      for (String id : ids) {
        JsonNode delivered = api.video(id).path("delivered");
        assertThat(delivered.path("attempts").asInt()).as(delivered.toString()).isEqualTo(1);
        assertThat(delivered.path("degraded").asBoolean()).isFalse();
      }
      awaitReady(product, "False ProbeFailing", sick.name());
      await("the case is written")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(cases(product, sick))
                      .contains("NAN_LATENTS", "probes in a row failed"));

      faults.calm();
      awaitOut(product, sick, 0);
      awaitReady(product, "True NodesReady", "");
    } finally {
      faults.calm();
      faults.probe("{\"enabled\": false}");
    }
  }

  private static void awaitOut(LocalProduct product, Pod pod, int out) {
    await(pod.name() + (out == 1 ? " is out of dispatch" : " is back"))
        .atMost(PATIENCE)
        .ignoreExceptions()
        .pollInterval(Duration.ofMillis(250))
        .until(
            () ->
                Metrics.of(product).lines().stream()
                    .filter(line -> line.startsWith("kintsugi_probe_out{"))
                    .filter(line -> line.contains("node=\"studio/" + pod.name() + "\""))
                    .anyMatch(line -> line.endsWith(" " + out + ".0")));
  }

  private static void awaitReady(LocalProduct product, String expected, String named) {
    await("Ready is " + expected)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(
                        product.kubectl(
                            "get",
                            "dsvc",
                            "wan-tiny",
                            "-n",
                            "studio",
                            "-o",
                            "jsonpath={range .status.conditions[?(@.type=='Ready')]}"
                                + "{.status} {.reason} {.message}{end}"))
                    .startsWith(expected)
                    .contains(named));
  }

  private static String cases(LocalProduct product, Pod pod) {
    return product
        .ops()
        .get("/ops/v1/cases?kind=probe_failed&node=studio/" + pod.name())
        .json()
        .path("data")
        .toString();
  }
}
