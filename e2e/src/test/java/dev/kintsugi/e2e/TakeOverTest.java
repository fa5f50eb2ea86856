package dev.kintsugi.e2e;

import static dev.kintsugi.e2e.FaultScenes.request;
import static dev.kintsugi.e2e.FaultScenes.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.FaultPort.Pod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of one pod of two: the other takes over where a machine is to blame, else either may. */
@Order(5)
@ExtendWith(SeenClasses.class)
class TakeOverTest {
  /** So many that the pod can be broken while it works. */
  private static final int STEPS = 60;

  private static LocalProduct product;
  private static FaultPort faults;
  private static FaultScenes scenes;

  @BeforeAll
  static void twoPodsThatTakeFaults() {
    product = SharedCluster.product();
    faults = FaultPort.open(product, 2);
    scenes = new FaultScenes(product, faults);
  }

  @AfterEach
  void calm() {
    faults.calm();
    // A pod that is itself again takes jobs only once the control plane has seen it.
    FaultPort.awaitFree(product, 2);
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({
    // fault, step of the ladder that answers, failure class of the case, whether only the other pod
    // may do it
    "gpu-fault,    other_node, GPU_FAULT,    true",
    "crash,        other_node, NODE_LOST,    true",
    "oom,          new_seed,   OOM,          false",
    "black-frames, new_seed,   BLACK_FRAMES, false"
  })
  void thePodThatWorksBreaks(String fault, String step, String failureClass, boolean moves) {
    String id = product.api().submit(request(fault, STEPS));
    Pod broken = awaitPodAtWork();
    faults.arm(broken, spec(fault, 1));

    JsonNode delivered = scenes.answered(id).path("delivered");

    assertThat(delivered.path("ladder_step").asText()).as(delivered.toString()).isEqualTo(step);
    assertThat(delivered.path("degraded").asBoolean()).isFalse();
    assertThat(delivered.path("attempts").asInt()).isEqualTo(2);
    List<JsonNode> cases = scenes.cases(id, failureClass);
    List<String> nodes = nodes(scenes.detail(cases.getLast()));
    assertThat(nodes).hasSize(2);
    assertThat(nodes.getFirst()).endsWith(broken.name());
    if (moves) {
      assertThat(nodes.getLast()).isNotEqualTo(nodes.getFirst());
    }
  }

  private static Pod awaitPodAtWork() {
    AtomicReference<Pod> found = new AtomicReference<>();
    List<Pod> pods = faults.pods();
    await("a pod works")
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(
            () -> {
              pods.stream().filter(Pod::works).findFirst().ifPresent(found::set);
              return found.get() != null;
            });
    return found.get();
  }

  /** Where the attempts of the job ran, in order. */
  private static List<String> nodes(JsonNode detail) {
    return detail
        .path("timeline")
        .valueStream()
        .filter(entry -> entry.path("kind").asText().equals("attempt_started"))
        .map(entry -> entry.path("data").path("node").asText())
        .toList();
  }
}
