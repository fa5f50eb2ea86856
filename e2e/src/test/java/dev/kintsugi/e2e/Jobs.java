package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** Jobs as customers send them, and what customers expect of them. */
final class Jobs {
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  private Jobs() {}

  /** The smallest clip that is still really denoised. */
  static Map<String, Object> small(int number) {
    return request("a red ball bouncing on the beach, take " + number, 4, number);
  }

  /** Long enough to be broken in the middle. */
  static Map<String, Object> slow(int number) {
    return request("a blue car driving in the desert, take " + number, 60, number);
  }

  static Map<String, Object> request(String prompt, int steps, int seed) {
    Map<String, Object> request = new HashMap<>();
    request.put("model", "wan-tiny");
    request.put("prompt", prompt);
    request.put("size", "96x64");
    request.put("num_frames", 9);
    request.put("num_inference_steps", steps);
    request.put("seed", seed);
    return request;
  }

  static List<String> submit(Api api, List<Map<String, Object>> requests) {
    List<String> ids = new ArrayList<>();
    requests.forEach(request -> ids.add(api.submit(request)));
    return ids;
  }

  static void awaitDenoising(Api api, String id) {
    await(id + " is denoising")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              JsonNode video = api.video(id);
              return video.path("status").asText().equals("in_progress")
                  && video.path("progress").asInt() > 0;
            });
  }

  static void awaitRunning(Api api, List<String> ids, int count) {
    await(count + " jobs run")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> ids.stream().filter(id -> api.status(id).equals("in_progress")).count() >= count);
  }

  static void awaitCompleted(Api api, List<String> ids) {
    await("all of " + ids.size() + " jobs complete")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(ids.stream().map(api::video).filter(v -> !completed(v)).toList())
                    .as("jobs that are not completed")
                    .isEmpty());
    ids.forEach(
        id -> {
          Clip clip = Clip.decode(api.content(id));
          assertThat(clip.frames()).as("frames of " + id).hasSize(9);
        });
  }

  /**
   * Waits until a small job is made as asked, at the first attempt.
   *
   * @param numbers of the jobs that try it
   */
  static void awaitFullQuality(Api api, IntSupplier numbers) {
    await("clips are as asked again")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              String id = api.submit(small(numbers.getAsInt()));
              awaitCompleted(api, List.of(id));
              JsonNode delivered = api.video(id).path("delivered");
              return !delivered.path("degraded").asBoolean()
                  && delivered.path("attempts").asInt() == 1;
            });
  }

  static int attempts(Api api, String id) {
    return api.video(id).path("delivered").path("attempts").asInt();
  }

  private static boolean completed(JsonNode video) {
    return video.path("status").asText().equals("completed");
  }
}
