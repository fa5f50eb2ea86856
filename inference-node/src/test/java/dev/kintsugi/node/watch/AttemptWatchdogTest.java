package dev.kintsugi.node.watch;

import static dev.kintsugi.node.NodeClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.node.NodeClient;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watchdog over a model that steps on command; nobody sleeps, the model just waits. */
class AttemptWatchdogTest {
  private static final String SLOW = "kintsugi.node.slow-attempt";

  @TempDir private Path work;
  private final RecordedEnd end = new RecordedEnd();
  private FakeNode node;

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void anAttemptThatStopsMovingIsGivenUpAndTheNodeRecovers() {
    start(Map.of());
    NodeClient client = node.client();
    client.start(request("stuck", "a red ball", 20));
    node.model.permit(6);

    JsonNode last = client.follow("stuck", 0, e -> false).getLast().data();
    assertThat(last.get("error").get("code").asText()).isEqualTo("STALLED");
    assertThat(last.get("error").get("message").asText()).contains("did not move for");
    assertThat(last.get("error").get("context").get("step").asInt()).isEqualTo(6);
    NodeEvent event = only(Kind.STALL);
    assertThat(event.attempt()).isEqualTo("stuck");
    assertThat(event.details())
        .containsEntry("prompt", "a red ball")
        .containsEntry("seed", "7")
        .containsEntry("size", "96x64")
        .containsEntry("stage", "denoising")
        .containsEntry("step", "6")
        .containsEntry("model", "wan-tiny")
        .containsEntry("bound_reason", "FLOOR")
        .containsKeys("digest", "version", "device", "memory_used_bytes", "silent_seconds");
    // The thread is still in it: the slot is not free, and its files stay.
    assertThat(client.json("/node/status").get("free_slots").asInt()).isZero();
    assertThat(client.delete("/v1/videos/stuck").statusCode()).isEqualTo(200);
    assertThat(work.resolve("attempts/stuck")).exists();

    node.model.run();
    await().until(() -> client.json("/node/status").get("free_slots").asInt() == 1);
    assertThat(work.resolve("attempts/stuck")).doesNotExist();
    client.start(request("next", "a red ball", 4));
    assertThat(client.follow("next", 0, e -> false).getLast().name()).isEqualTo("completed");
    assertThat(end.reasons).isEmpty();
  }

  @Test
  void anEngineThatDoesNotComeBackEndsTheProcess() {
    start(Map.of("kintsugi.node.watch.stall-exit", "600ms"));
    node.client().start(request("stuck", "a red ball", 20));
    node.model.permit(6);
    await().until(() -> !end.reasons.isEmpty());
    assertThat(end.reasons).singleElement().asString().contains("stuck in attempt stuck");
    assertThat(events(Kind.STALL)).hasSize(2);
  }

  @Test
  void aSizeThatIsNotKnownYetHasTime() {
    start(Map.of("kintsugi.node.watch.stall-floor", "100ms", SLOW, "700ms"));
    node.client().start(request("new", "a red ball", 20));
    node.model.permit(2);
    // Longer than the floor: by then the attempt is told to be slow, but not given up.
    await().until(() -> !events(Kind.SLOW_REQUEST).isEmpty());
    assertThat(events(Kind.STALL)).isEmpty();
    assertThat(node.client().json("/v1/videos/new").get("status").asText())
        .isEqualTo("in_progress");
  }

  @Test
  void aSlowAttemptIsToldOfOnceWhileItRuns() {
    start(Map.of(SLOW, "100ms", "kintsugi.node.watch.stall-floor", "1h"));
    NodeClient client = node.client();
    client.start(request("slow", "a red ball", 3));
    await().until(() -> !events(Kind.SLOW_REQUEST).isEmpty());
    node.model.run();
    client.follow("slow", 0, e -> false);
    NodeEvent event = only(Kind.SLOW_REQUEST);
    assertThat(event.attempt()).isEqualTo("slow");
    assertThat(event.details())
        .containsEntry("limit_seconds", "0.1")
        .containsEntry("limit_reason", "USUAL_LIMIT");
  }

  @Test
  void aSizeMayHaveItsOwnLimit() {
    start(
        Map.of(
            SLOW,
            "1h",
            "kintsugi.node.watch.stall-floor",
            "1h",
            "kintsugi.node.watch.slow-by-size",
            "1280x720=5m, 96x64=150ms"));
    node.client().start(request("slow", "a red ball", 3));
    await().until(() -> !events(Kind.SLOW_REQUEST).isEmpty());
    assertThat(only(Kind.SLOW_REQUEST).details()).containsEntry("limit_reason", "LIMIT_OF_SIZE");
  }

  private void start(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("kintsugi.node.watch.stall-floor", "1s");
    settings.put("kintsugi.node.watch.stall-unlearned", "1h");
    settings.put("kintsugi.node.watch.stall-exit", "0s");
    settings.put(SLOW, "1h");
    settings.putAll(more);
    node = new FakeNode(work, settings, List.of(end));
    node.model.stepwise();
    await().until(() -> node.client().get("/readyz").statusCode() == 200);
  }

  private NodeEvent only(Kind kind) {
    assertThat(events(kind)).hasSize(1);
    return events(kind).getFirst();
  }

  private List<NodeEvent> events(Kind kind) {
    return node.bean(NodeEvents.class).recent().stream().filter(e -> e.kind() == kind).toList();
  }
}
