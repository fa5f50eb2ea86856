package dev.kintsugi.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.e2e.SeenClasses.ToldBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What scenarios that break pods on purpose have in common. */
record FaultScenes(LocalProduct product, FaultPort faults) {
  private static final AtomicInteger TAKE = new AtomicInteger(5_000);

  static Map<String, Object> spec(String fault, int times) {
    Map<String, Object> spec = new LinkedHashMap<>(Map.of("kind", fault, "count", times));
    switch (fault) {
      case "stall" -> spec.put("delay_seconds", 16);
      case "gpu-fault" -> spec.put("xid", 79);
      default -> {}
    }
    return spec;
  }

  /** Seventeen frames: enough for each step of the ladder to make less of it. */
  static Map<String, Object> request(String why, int steps) {
    int take = TAKE.incrementAndGet();
    Map<String, Object> request =
        new HashMap<>(Jobs.request("a red ball bouncing on the beach, " + why + take, steps, take));
    request.put("num_frames", 17);
    return request;
  }

  static Map<String, Object> request(String why) {
    return request(why, 12);
  }

  /** Submits a job and awaits its answer, which must be a clip of what it says. */
  JsonNode answered(Map<String, Object> request) {
    return answered(product.api().submit(request));
  }

  JsonNode answered(String id) {
    Api api = product.api();
    AtomicReference<JsonNode> last = new AtomicReference<>();
    await(id + " is answered")
        .atMost(Duration.ofMinutes(8))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
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

  List<JsonNode> cases(String video, String failureClass) {
    return cases(video, failureClass, 1);
  }

  /**
   * Cases are written behind the answer, one after the other, so they are awaited.
   *
   * @param least how many there will be
   * @return the newest first
   */
  List<JsonNode> cases(String video, String failureClass, int least) {
    AtomicReference<List<JsonNode>> found = new AtomicReference<>(List.of());
    await(least + " cases of " + video)
        .atMost(Duration.ofMinutes(4))
        .ignoreExceptions()
        .until(
            () -> {
              JsonNode page =
                  product
                      .ops()
                      .get("/ops/v1/cases?class=" + failureClass + "&video=" + video)
                      .json();
              found.set(List.copyOf(page.path("data").valueStream().toList()));
              return found.get().size() >= least;
            });
    JsonNode oldest = found.get().getLast();
    SeenClasses.saw(oldest.path("failure_class").asText(), cause(oldest), ToldBy.CASE);
    return found.get();
  }

  JsonNode detail(JsonNode failure) {
    return product.ops().get("/ops/v1/cases/" + failure.path("id").asText()).json();
  }

  /** A node names the fault that did it; of a node that fell silent it is known who was broken. */
  private String cause(JsonNode failure) {
    String fault = detail(failure).path("context").path("fault").asText();
    return fault.isEmpty() ? faults.armedKinds() : faults.kind(fault);
  }
}
