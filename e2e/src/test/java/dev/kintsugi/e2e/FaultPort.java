package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Faults in the pods of the demo service, through the port that pods have only when told to. */
final class FaultPort {
  private static final String NO_KEY = "";
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  private final LocalProduct product;
  private final Map<String, String> armed = new ConcurrentHashMap<>();

  /** An inference pod of the demo service. */
  record Pod(String name, Api api) {
    JsonNode status() {
      return api.get("/node/status").json();
    }

    /** One that does not answer does no work that anybody knows of. */
    boolean works() {
      try {
        return !status().path("running").isEmpty();
      } catch (UncheckedIOException away) {
        return false;
      }
    }
  }

  private FaultPort(LocalProduct product) {
    this.product = product;
  }

  /**
   * Makes the demo service run so many pods that take faults and notice them soon, and waits until
   * customers are served by exactly them. Nothing probes them: a probe would meet a fault that is
   * meant for a job.
   */
  static FaultPort open(LocalProduct product, int pods) {
    String patch =
        """
        [{"op": "add", "path": "/spec/rollout", "value": {"steps": [100], "bake": "1s"}},
         {"op": "add", "path": "/spec/runtime/faultInjection", "value": true},
         {"op": "add", "path": "/spec/probe", "value": {"enabled": false}},
         {"op": "replace", "path": "/spec/pools/0/minReplicas", "value": %d},
         {"op": "replace", "path": "/spec/runtime/env", "value": [
           {"name": "KINTSUGI_NODE_THREADS", "value": "1"},
           {"name": "JAVA_TOOL_OPTIONS", "value": "-XX:TieredStopAtLevel=1"},
           {"name": "KINTSUGI_NODE_WATCH_STALL_FLOOR", "value": "8s"},
           {"name": "KINTSUGI_NODE_WATCH_LEAK_WARM_UP_JOBS", "value": "2"},
           {"name": "KINTSUGI_NODE_EXPERTS_SELF_TEST_EVERY", "value": "5s"}]}]
        """
            .formatted(pods);
    product.kubectl("patch", "dsvc", "wan-tiny", "-n", "studio", "--type=json", "-p", patch);
    FaultPort port = new FaultPort(product);
    await(pods + " pods take faults")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> port.pods().size() == pods && port.pods().stream().allMatch(port::serves));
    awaitFree(product, pods);
    return port;
  }

  /** Waits until the control plane knows of so many pods that could take a job. */
  static void awaitFree(LocalProduct product, int pods) {
    await("the control plane sees " + pods + " free slots")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> Metrics.of(product).sum("kintsugi_node_slots", "state=\"free\"") == pods);
  }

  /**
   * Changes how the service is probed.
   *
   * @param spec of the probe, as JSON
   */
  void probe(String spec) {
    product.change("{\"probe\": " + spec + "}");
  }

  /** Those that are not about to go. */
  List<Pod> pods() {
    return pods(product);
  }

  /** The same of a product whose pods need not take faults. */
  static List<Pod> pods(LocalProduct product) {
    return selected(product, Map.of("kintsugi.dev/service", "wan-tiny"));
  }

  /** Those of one revision. */
  List<Pod> pods(String revision) {
    return selected(
        product, Map.of("kintsugi.dev/service", "wan-tiny", "kintsugi.dev/revision", revision));
  }

  private static List<Pod> selected(LocalProduct product, Map<String, String> labels) {
    return product.apiServer().pods(labels).stream()
        .map(
            pod ->
                new Pod(
                    pod.getMetadata().getName(),
                    new Api("http://" + pod.getStatus().getPodIP() + ":8090", NO_KEY)))
        .toList();
  }

  /** The only pod. */
  Pod pod() {
    List<Pod> pods = pods();
    assertThat(pods).hasSize(1);
    return pods.getFirst();
  }

  /** Returns the id of the fault. */
  String arm(Pod pod, Map<String, Object> fault) {
    Api.Answer answer = pod.api().post("/node/faults", fault);
    assertThat(answer.status()).as(answer.body()).isBetween(200, 201);
    String id = answer.json().path("id").asText();
    armed.put(id, String.valueOf(fault.get("kind")));
    return id;
  }

  /** The kinds that were armed since it was calm. */
  String armedKinds() {
    return armed.values().stream()
        .distinct()
        .sorted()
        .map(kind -> "`" + kind + "`")
        .collect(Collectors.joining(" and "));
  }

  /** Such as {@code nan}, by the id of the fault. */
  String kind(String id) {
    return "`" + armed.get(id) + "`";
  }

  /** Ends every fault everywhere, and waits until nothing of them is left. */
  void calm() {
    await("the pods are themselves again")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(
            () ->
                pods().stream()
                    .allMatch(
                        pod -> {
                          pod.api().delete("/node/faults");
                          return serves(pod) && trusted(pod.status());
                        }));
    armed.clear();
  }

  private boolean serves(Pod pod) {
    return pod.api().get("/node/faults").status() == 200 && pod.api().ready();
  }

  private static boolean trusted(JsonNode status) {
    for (JsonNode expert : status.path("experts")) {
      if (expert.path("weight").asDouble() < 1) {
        return false;
      }
    }
    return true;
  }
}
