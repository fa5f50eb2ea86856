package dev.kintsugi.node.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.node.FakeNode;
import dev.kintsugi.protocol.node.NodeEvent;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeEventsTest {
  @TempDir private Path work;
  private FakeNode node;
  private NodeEvents events;

  @BeforeEach
  void start() {
    node = new FakeNode(work);
    events = node.bean(NodeEvents.class);
    await().until(() -> node.client().get("/readyz").statusCode() == 200);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void anEventIsInTheStatusAndCounted() {
    Instant before = Instant.now().minusMillis(1);
    events.add(Kind.XID, "the GPU reported Xid 79", "a-1", Map.of("xid", "79"));
    JsonNode event = last(node.client().json("/node/status").get("events"));
    assertThat(event.get("kind").asText()).isEqualTo("XID");
    assertThat(event.get("message").asText()).isEqualTo("the GPU reported Xid 79");
    assertThat(event.get("attempt").asText()).isEqualTo("a-1");
    assertThat(event.get("details").get("xid").asText()).isEqualTo("79");
    assertThat(Instant.parse(event.get("at").asText())).isAfter(before);
    assertThat(node.client().get("/metrics").body())
        .contains("kintsugi_node_events_total{kind=\"xid\"} 1.0")
        .contains("kintsugi_node_events_total{kind=\"stall\"} 0.0");
  }

  @Test
  void onlyTheNewestAreKeptInOrderWhoeverAddsThem() {
    int each = NodeEvents.KEPT;
    IntStream.range(0, 4 * each)
        .parallel()
        .forEach(i -> events.add(Kind.FAULT_STARTED, "event " + i, null, Map.of()));
    List<NodeEvent> recent = events.recent();
    long last = recent.getLast().sequence();
    assertThat(last).isGreaterThanOrEqualTo(4L * each);
    assertThat(recent)
        .extracting(NodeEvent::sequence)
        .containsExactlyElementsOf(LongStream.rangeClosed(last - each + 1, last).boxed().toList());
  }

  private static JsonNode last(JsonNode array) {
    return array.get(array.size() - 1);
  }
}
