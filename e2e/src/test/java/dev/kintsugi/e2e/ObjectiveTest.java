package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Promises of the demo service: from a resource to the count of real jobs in its status. */
@Order(4)
class ObjectiveTest {
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  @Test
  void promisesAreCountedFromTheJobsThatEnded() {
    LocalProduct product = SharedCluster.product();
    Api api = product.api();
    product.kubectl("apply", "-f", "deploy/examples/slo.yaml");
    await("the promises are accepted")
        .atMost(PATIENCE)
        .until(
            () -> of(product, "errors", "{.status.conditions[?(@.type=='Accepted')].status}"),
            "True"::equals);
    long before = events(product);

    Jobs.awaitCompleted(api, List.of(api.submit(Jobs.small(300)), api.submit(Jobs.small(301))));

    await("both jobs are counted")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(events(product)).isGreaterThanOrEqualTo(before + 2));
    assertThat(product.kubectl("get", "kslo", "-n", "studio"))
        .contains("SERVICE", "OBJECTIVE", "CURRENT", "BUDGET LEFT", "BURN", "STATE", "latency");
    product.kubectl(
        "wait", "kslo/availability", "-n", "studio", "--for=condition=Met", "--timeout=480s");
    JsonNode told = product.ops().get("/ops/v1/slos").json();
    assertThat(told.path("data").findValuesAsText("id"))
        .contains("studio/latency", "studio/errors", "studio/render-success");
    // What later scenarios break would spend these budgets, and a spent one holds every rollout.
    product.kubectl("delete", "-f", "deploy/examples/slo.yaml");
  }

  private static long events(LocalProduct product) {
    String counted = of(product, "errors", "{.status.events}");
    return counted.isEmpty() ? 0 : Long.parseLong(counted);
  }

  private static String of(LocalProduct product, String name, String path) {
    return product.kubectl("get", "kslo", name, "-n", "studio", "-o", "jsonpath=" + path);
  }
}
