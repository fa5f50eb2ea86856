package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.FaultPort.Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each fault of a node becomes: an honest answer by the ladder's step that should give it, and
 * a case. On the real cluster, with one pod, so that the way down the ladder is the same each time.
 */
@Order(2)
class RecoveryTest {
  private static final AtomicInteger TAKE = new AtomicInteger(5_000);

  private static LocalProduct product;
  private static FaultPort faults;

  @BeforeAll
  static void onePodThatTakesFaults() {
    product = SharedCluster.product();
    faults = FaultPort.open(product, 1);
    // Steps of this shape must have been measured: predictions decide.
    answered(product.api().submit(request("warm")));
  }

  @AfterEach
  void calm() {
    faults.calm();
    // A good clip ends what the experts are still suspected of.
    answered(product.api().submit(request("calm")));
  }

  @ParameterizedTest(name = "{0} × {1} → {2}")
  @CsvSource({
    // fault, times, step of the ladder that answers, failure class of the case
    "oom,            1, new_seed,     OOM",
    "nan,            1, new_seed,     NAN_LATENTS",
    "black-frames,   1, new_seed,     BLACK_FRAMES",
    "frozen,         1, new_seed,     FROZEN_FRAMES",
    "flicker,        1, new_seed,     FLICKER",
    "nan,            2, around_expert, NAN_LATENTS",
    "black-frames,   3, fewer_steps,  BLACK_FRAMES",
    "black-frames,   4, fewer_frames, BLACK_FRAMES",
    "black-frames,   5, smaller_size, BLACK_FRAMES",
    "black-frames,   6, lite_model,   BLACK_FRAMES",
    "black-frames,   7, still_motion, BLACK_FRAMES",
    "stall,          1, other_node,   STALLED",
    "gpu-fault,      1, other_node,   GPU_FAULT",
    "crash,          1, other_node,   NODE_LOST",
    "disk-full,      1, new_seed,     INTERNAL"
  })
  void aFaultIsAnsweredByTheStepThatShould(
      String fault, int times, String step, String failureClass) {
    Pod pod = faults.pod();
    faults.arm(pod, spec(fault, times));

    JsonNode video = answered(product.api().submit(request(fault)));

    JsonNode delivered = video.path("delivered");
    assertThat(delivered.path("ladder_step").asText()).as(video.toString()).isEqualTo(step);
    assertThat(delivered.path("degraded").asBoolean())
        .isEqualTo(!List.of("new_seed", "other_node").contains(step));
    // A stalled engine keeps its slot for a while, so the only node may be asked more than once.
    assertThat(delivered.path("attempts").asInt())
        .isBetween(times + 1, fault.equals("stall") ? times + 5 : times + 1);
    assertThat(delivered.path("reason").asText()).contains(failureClass);
    List<JsonNode> cases = cases(video, failureClass);
    assertThat(cases).hasSizeGreaterThanOrEqualTo(times);
    assertThat(cases).allSatisfy(one -> assertThat(one.path("attribution").asText()).isNotEmpty());
  }

  @Test
  void aLateStepCostsNothingButTime() {
    faults.arm(faults.pod(), Map.of("kind", "latency", "count", 4, "delay_seconds", 0.5));

    JsonNode delivered = answered(product.api().submit(request("latency"))).path("delivered");

    assertThat(delivered.path("attempts").asInt()).isEqualTo(1);
    assertThat(delivered.path("degraded").asBoolean()).isFalse();
  }

  @Test
  void aBrokenDownloadIsTriedAgainWithoutMakingTheVideoAgain() {
    faults.arm(faults.pod(), spec("upload-failed", 1));

    JsonNode delivered = answered(product.api().submit(request("upload"))).path("delivered");

    assertThat(delivered.path("attempts").asInt()).isEqualTo(1);
    assertThat(delivered.path("degraded").asBoolean()).isFalse();
  }

  @Test
  void framesThatCouldNotBeEncodedAreEncodedAgainWithoutDenoising() {
    Pod pod = faults.pod();
    faults.arm(pod, spec("encode-failed", 1));

    JsonNode video = answered(product.api().submit(request("encode")));

    assertThat(video.path("delivered").path("degraded").asBoolean()).isFalse();
    assertThat(video.path("delivered").path("attempts").asInt()).isEqualTo(1);
    assertThat(cases(video, "ENCODE_FAILED")).hasSize(1);
  }

  @Test
  void alteredWeightsTakeTheNodeOutUntilTheyAreGoodAgain() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "corrupt-weights", "count", 100, "duration_seconds", 20));
    await("the node names the altered file")
        .atMost(Duration.ofMinutes(1))
        .until(() -> pod.api().get("/readyz").body().contains("is altered"));

    JsonNode video = answered(product.api().submit(request("weights")));

    assertThat(video.path("delivered").path("degraded").asBoolean()).isFalse();
  }

  @Test
  void aSickExpertIsWorkedAroundAndReleasedByItsSelfTest() {
    Pod pod = faults.pod();
    faults.arm(
        pod,
        Map.of("kind", "expert-failure", "expert", "high", "count", 6, "duration_seconds", 20));

    JsonNode video = answered(product.api().submit(request("expert")));

    assertThat(video.path("delivered").path("ladder_step").asText()).isEqualTo("around_expert");
    assertThat(video.path("delivered").path("degraded").asBoolean()).isTrue();
    assertThat(video.path("delivered").path("reason").asText()).contains("high");
  }

  @Test
  void whereNothingCanBeGeneratedTheAnswerIsALabelledClip() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "oom", "count", 100, "duration_seconds", 120));

    JsonNode video = answered(product.api().submit(request("everything")));

    JsonNode delivered = video.path("delivered");
    assertThat(delivered.path("ladder_step").asText()).isIn("cached_result", "fallback_clip");
    assertThat(delivered.path("degraded").asBoolean()).isTrue();
    assertThat(delivered.path("reason").asText()).contains("OOM");
  }

  @Test
  void withBothExpertsSickThereIsStillAnAnswer() {
    Pod pod = faults.pod();
    for (String expert : List.of("high", "low")) {
      faults.arm(
          pod,
          Map.of(
              "kind", "expert-failure", "expert", expert, "count", 1000, "duration_seconds", 60));
    }

    JsonNode delivered = answered(product.api().submit(request("both"))).path("delivered");

    assertThat(delivered.path("degraded").asBoolean()).isTrue();
    assertThat(delivered.path("ladder_step").asText())
        .isIn("lite_model", "still_motion", "cached_result", "fallback_clip");
  }

  @Test
  void whereTheDeadlineIsTooNearForAnythingTheAnswerComesAtOnce() {
    deadline("3s");
    try {
      JsonNode delivered = answered(product.api().submit(request("late"))).path("delivered");

      assertThat(delivered.path("ladder_step").asText()).isIn("cached_result", "fallback_clip");
      assertThat(delivered.path("degraded").asBoolean()).isTrue();
    } finally {
      deadline("5m");
    }
  }

  private static void deadline(String deadline) {
    product.kubectl(
        "patch",
        "dsvc",
        "wan-tiny",
        "-n",
        "studio",
        "--type=merge",
        "-p",
        "{\"spec\": {\"deadline\": \"" + deadline + "\"}}");
    await("the control plane knows the deadline")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                product
                    .kubectl(
                        "get",
                        "dsvc",
                        "wan-tiny",
                        "-n",
                        "studio",
                        "-o",
                        "jsonpath={.metadata.generation} "
                            + "{.status.conditions[?(@.type=='FleetSynced')].observedGeneration} "
                            + "{.status.conditions[?(@.type=='FleetSynced')].status}")
                    .matches("(\\d+) \\1 True"));
  }

  @Test
  void aCancelledJobIsNotRecovered() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "latency", "count", 100, "delay_seconds", 0.5));
    faults.arm(pod, Map.of("kind", "nan", "count", 100, "step", 3));
    Api api = product.api();
    String id = api.submit(request("cancel"));
    Jobs.awaitDenoising(api, id);

    api.post("/v1/videos/" + id + "/cancel", Map.of());

    assertThat(api.video(id).path("error").path("code").asText()).isEqualTo("cancelled");
    await("the pod is free")
        .atMost(Duration.ofSeconds(30))
        .until(() -> pod.status().path("free_slots").asInt() == 1);
  }

  @Test
  void aCaseIsShownWithItsTimelineAndReplayed() {
    Pod pod = faults.pod();
    faults.arm(pod, spec("nan", 1));
    JsonNode video = answered(product.api().submit(request("replayed")));
    String id = cases(video, "NAN_LATENTS").getFirst().path("id").asText();
    Api ops = product.ops();
    JsonNode shown = ops.get("/ops/v1/cases/" + id).json();
    assertThat(shown.path("timeline")).isNotEmpty();
    assertThat(shown.toString()).contains("replayed");

    String replay =
        ops.post("/ops/v1/cases/" + id + "/replay", Map.of()).json().path("id").asText();

    AtomicReference<JsonNode> last = new AtomicReference<>();
    await("the replay ends")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              last.set(ops.get("/ops/v1/cases/" + id + "/replays/" + replay).json());
              return !last.get().path("verdict").asText("pending").equals("pending");
            });
    // The fault was injected and is over, so the same seed does well now.
    assertThat(last.get().path("verdict").asText()).isEqualTo("not_reproduced");
  }

  private static Map<String, Object> spec(String fault, int times) {
    Map<String, Object> spec = new LinkedHashMap<>(Map.of("kind", fault, "count", times));
    switch (fault) {
      case "stall" -> spec.put("delay_seconds", 12);
      case "gpu-fault" -> spec.put("xid", 79);
      default -> {}
    }
    return spec;
  }

  /** Twelve steps, seventeen frames: enough for each step of the ladder to make less of it. */
  private static Map<String, Object> request(String why) {
    int take = TAKE.incrementAndGet();
    Map<String, Object> request =
        new HashMap<>(Jobs.request("a red ball bouncing on the beach, " + why + take, 12, take));
    request.put("num_frames", 17);
    return request;
  }

  private static JsonNode answered(String id) {
    Api api = product.api();
    AtomicReference<JsonNode> last = new AtomicReference<>();
    await(id + " is answered")
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              last.set(api.video(id));
              assertThat(last.get().path("status").asText()).isIn("completed", "failed");
            });
    JsonNode video = last.get();
    assertThat(video.path("status").asText()).as(video.toString()).isEqualTo("completed");
    Clip clip = Clip.decode(api.content(id));
    assertThat(clip.frames()).hasSize(video.path("delivered").path("num_frames").asInt());
    return video;
  }

  /** Cases are written behind the answer, so they are awaited. */
  private static List<JsonNode> cases(JsonNode video, String failureClass) {
    AtomicReference<List<JsonNode>> found = new AtomicReference<>(List.of());
    String id = video.path("id").asText();
    await("a case of " + id)
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              JsonNode page =
                  product.ops().get("/ops/v1/cases?class=" + failureClass + "&video=" + id).json();
              found.set(List.copyOf(page.path("data").valueStream().toList()));
              return !found.get().isEmpty();
            });
    return found.get();
  }
}
