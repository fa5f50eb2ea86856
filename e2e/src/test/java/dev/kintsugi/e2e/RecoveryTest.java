package dev.kintsugi.e2e;

import static dev.kintsugi.e2e.FaultScenes.request;
import static dev.kintsugi.e2e.FaultScenes.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.FaultPort.Pod;
import dev.kintsugi.e2e.SeenClasses.ToldBy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each fault of a node becomes: an honest answer by the ladder's step that should give it, and
 * a case. On the real cluster, with one pod, so that the way down the ladder is the same each time.
 */
@Order(3)
@ExtendWith(SeenClasses.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecoveryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final int LEAK_BYTES = 24 << 20;
  private static final int MOST_LEAKS = 20;

  private static LocalProduct product;
  private static FaultPort faults;
  private static FaultScenes scenes;
  private static int calms = 30_000;

  @BeforeAll
  static void onePodThatTakesFaults() {
    product = SharedCluster.product();
    faults = FaultPort.open(product, 1);
    scenes = new FaultScenes(product, faults);
    // Steps of this shape must have been measured: predictions decide.
    scenes.answered(request("warm"));
  }

  @AfterEach
  void calm() {
    faults.calm();
    // A good clip ends what the experts are still suspected of.
    Jobs.awaitFullQuality(product.api(), () -> calms++);
  }

  @ParameterizedTest(name = "{0} × {1} → {2}")
  @CsvSource({
    // fault, times, step of the ladder that answers, failure class of the case
    "oom,            1, new_seed,     OOM",
    "nan,            1, new_seed,     NAN_LATENTS",
    "black-frames,   1, new_seed,     BLACK_FRAMES",
    "frozen,         1, new_seed,     FROZEN_FRAMES",
    "flicker,        1, new_seed,     FLICKER",
    "noise,          1, new_seed,     QUALITY_LOW",
    "nan,            2, around_expert, NAN_LATENTS",
    "black-frames,   3, fewer_steps,  BLACK_FRAMES",
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

    JsonNode video = scenes.answered(request(fault));

    JsonNode delivered = video.path("delivered");
    assertThat(delivered.path("ladder_step").asText()).as(video.toString()).isEqualTo(step);
    assertThat(delivered.path("degraded").asBoolean())
        .isEqualTo(!List.of("new_seed", "other_node").contains(step));
    // A stalled engine keeps its slot for a while, so the only node may be asked more than once.
    assertThat(delivered.path("attempts").asInt())
        .isBetween(times + 1, fault.equals("stall") ? times + 5 : times + 1);
    assertThat(delivered.path("reason").asText()).contains(failureClass);
    List<JsonNode> cases = scenes.cases(video.path("id").asText(), failureClass, times);
    assertThat(cases).allSatisfy(one -> assertThat(one.path("attribution").asText()).isNotEmpty());
    if (step.equals("still_motion")) {
      assertThat(cases)
          .extracting(one -> one.path("rung").asText())
          .as("every step before it was tried")
          .contains("", "new_seed", "fewer_steps", "fewer_frames", "smaller_size", "lite_model");
    }
  }

  /** First, on a young pod: what it used before would hide the growth. */
  @Test
  @Order(1)
  void memoryThatGrowsFromJobToJobIsTold() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "leak", "count", 100, "bytes", LEAK_BYTES));
    List<String> jobs =
        Jobs.submit(product.api(), IntStream.range(0, MOST_LEAKS).mapToObj(Jobs::small).toList());

    await("the leak is told of")
        .atMost(PATIENCE)
        .until(() -> !pod.api().nodeEvents("MEMORY_LEAK").isEmpty());

    JsonNode told = pod.api().nodeEvents("MEMORY_LEAK").getLast().path("details");
    assertThat(told.path("bytes_per_job").asDouble()).isGreaterThan(LEAK_BYTES / 2.0);
    jobs.forEach(scenes::answered);
  }

  @Test
  void aLateStepCostsNothingButTime() {
    faults.arm(faults.pod(), Map.of("kind", "latency", "count", 4, "delay_seconds", 0.5));

    JsonNode delivered = scenes.answered(request("latency")).path("delivered");

    assertThat(delivered.path("attempts").asInt()).isEqualTo(1);
    assertThat(delivered.path("degraded").asBoolean()).isFalse();
  }

  @Test
  void aBrokenDownloadIsTriedAgainWithoutMakingTheVideoAgain() {
    faults.arm(faults.pod(), spec("upload-failed", 1));

    JsonNode delivered = scenes.answered(request("upload")).path("delivered");

    assertThat(delivered.path("attempts").asInt()).isEqualTo(1);
    assertThat(delivered.path("degraded").asBoolean()).isFalse();
  }

  @Test
  void aFileThatArrivesAlteredEachTimeIsMadeAnew() {
    faults.arm(faults.pod(), spec("upload-altered", 3));

    JsonNode video = scenes.answered(request("altered"));

    assertThat(video.path("delivered").path("attempts").asInt()).isEqualTo(2);
    assertThat(video.path("delivered").path("degraded").asBoolean()).isFalse();
    assertThat(scenes.cases(video.path("id").asText(), "UPLOAD_FAILED")).isNotEmpty();
  }

  @Test
  void framesThatCouldNotBeEncodedAreEncodedAgainWithoutDenoising() {
    Pod pod = faults.pod();
    faults.arm(pod, spec("encode-failed", 1));

    JsonNode video = scenes.answered(request("encode"));

    assertThat(video.path("delivered").path("degraded").asBoolean()).isFalse();
    assertThat(video.path("delivered").path("attempts").asInt()).isEqualTo(1);
    assertThat(scenes.cases(video.path("id").asText(), "ENCODE_FAILED")).hasSize(1);
  }

  @Test
  void alteredWeightsTakeTheNodeOutUntilTheyAreGoodAgain() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "corrupt-weights", "count", 100));
    await("the node names the altered file")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> pod.api().get("/readyz").body().contains("is altered"));
    JsonNode told =
        await("and tells of it")
            .atMost(PATIENCE)
            .until(() -> pod.api().nodeEvents("MODEL_UNUSABLE"), events -> !events.isEmpty())
            .getLast()
            .path("details");
    SeenClasses.saw(told.path("failure").asText(), faults.armedKinds(), ToldBy.NODE_EVENT);
    assertThat(told.path("failure").asText()).isEqualTo("WEIGHTS_CORRUPT");

    String id = product.api().submit(request("weights"));
    pod.api().delete("/node/faults");

    JsonNode video = scenes.answered(id);

    assertThat(video.path("delivered").path("degraded").asBoolean()).isFalse();
  }

  @Test
  void aSickExpertIsWorkedAroundAndReleasedByItsSelfTest() {
    Pod pod = faults.pod();
    faults.arm(
        pod,
        Map.of("kind", "expert-failure", "expert", "high", "count", 6, "duration_seconds", 120));

    JsonNode video = scenes.answered(request("expert"));

    assertThat(video.path("delivered").path("ladder_step").asText()).isEqualTo("around_expert");
    assertThat(video.path("delivered").path("degraded").asBoolean()).isTrue();
    assertThat(video.path("delivered").path("reason").asText()).contains("high");
  }

  @Test
  void whereNothingCanBeGeneratedTheAnswerIsALabelledClip() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "oom", "count", 100, "duration_seconds", 120));

    JsonNode video = scenes.answered(request("everything"));

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
              "kind", "expert-failure", "expert", expert, "count", 1000, "duration_seconds", 300));
    }

    JsonNode delivered = scenes.answered(request("both")).path("delivered");

    assertThat(delivered.path("degraded").asBoolean()).isTrue();
    assertThat(delivered.path("ladder_step").asText())
        .isIn("lite_model", "still_motion", "cached_result", "fallback_clip");
  }

  @Test
  void whereTheDeadlineIsTooNearForAnythingTheAnswerComesAtOnce() {
    deadline("3s");
    try {
      JsonNode delivered = scenes.answered(request("late")).path("delivered");

      assertThat(delivered.path("ladder_step").asText()).isIn("cached_result", "fallback_clip");
      assertThat(delivered.path("degraded").asBoolean()).isTrue();
    } finally {
      deadline("5m");
    }
  }

  @Test
  void anAttemptThatWouldPassTheDeadlineIsGivenUpInTimeForAnAnswer() {
    deadline("12s");
    try {
      faults.arm(faults.pod(), Map.of("kind", "latency", "count", 100, "delay_seconds", 2));
      JsonNode video = scenes.answered(request("slow"));

      assertThat(video.path("delivered").path("ladder_step").asText())
          .isIn("cached_result", "fallback_clip");
      assertThat(video.path("delivered").path("degraded").asBoolean()).isTrue();
      assertThat(scenes.cases(video.path("id").asText(), "TIMEOUT"))
          .anySatisfy(
              one ->
                  assertThat(one.path("message").asText()).contains("deadline is reached at step"));
    } finally {
      deadline("5m");
    }
  }

  private static void deadline(String deadline) {
    product.change("{\"deadline\": \"" + deadline + "\"}");
    await("the control plane knows the deadline")
        .atMost(PATIENCE)
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
  void aJobThatIsCancelledWhileItRecoversStopsThere() {
    Pod pod = faults.pod();
    faults.arm(pod, Map.of("kind", "latency", "count", 100, "delay_seconds", 1));
    faults.arm(pod, Map.of("kind", "nan", "count", 1, "step", 3));
    Api api = product.api();
    String id = api.submit(request("cancel"));
    JsonNode failed = scenes.cases(id, "NAN_LATENTS").getLast();
    await("the second attempt").atMost(PATIENCE).until(pod::works);

    api.post("/v1/videos/" + id + "/cancel", Map.of());

    await("it is cancelled")
        .atMost(PATIENCE)
        .until(() -> api.video(id).path("error").path("code").asText(), "cancelled"::equals);
    await("the pod is free")
        .atMost(PATIENCE)
        .until(() -> pod.status().path("free_slots").asInt() == 1);
    List<String> outcomes =
        await("the end of both attempts is written")
            .atMost(PATIENCE)
            .until(
                () -> scenes.detail(failed).path("timeline").findValuesAsText("outcome"),
                written -> written.contains("CANCELLED"));
    assertThat(outcomes).containsExactly("NAN_LATENTS", "CANCELLED");
    SeenClasses.saw(outcomes.getLast(), "cancelled by its customer", ToldBy.TIMELINE);
  }

  @Test
  void aCaseIsShownWithItsTimelineAndReplayed() {
    Pod pod = faults.pod();
    faults.arm(pod, spec("nan", 1));
    JsonNode video = scenes.answered(request("replayed"));
    String id =
        scenes.cases(video.path("id").asText(), "NAN_LATENTS").getFirst().path("id").asText();
    Api ops = product.ops();
    JsonNode shown = ops.get("/ops/v1/cases/" + id).json();
    assertThat(shown.path("timeline")).isNotEmpty();
    assertThat(shown.toString()).contains("replayed");

    String replay =
        ops.post("/ops/v1/cases/" + id + "/replay", Map.of()).json().path("id").asText();

    AtomicReference<JsonNode> last = new AtomicReference<>();
    await("the replay ends")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              last.set(ops.get("/ops/v1/cases/" + id + "/replays/" + replay).json());
              return !last.get().path("verdict").asText("pending").equals("pending");
            });
    // The fault was injected and is over, so the same seed does well now.
    assertThat(last.get().path("verdict").asText()).isEqualTo("not_reproduced");
  }
}
