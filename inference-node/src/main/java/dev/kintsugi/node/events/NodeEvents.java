package dev.kintsugi.node.events;

import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.NodeEvent;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The last events of this process, oldest first. Each becomes one log line, one count of a metric
 * and one item of the node's status. Thread-safe; a caller never waits for a reader.
 */
@Singleton
public final class NodeEvents {
  /** Enough to show what led to a failure, few enough to travel with every status. */
  static final int KEPT = 64;

  private static final Set<String> PRIVATE = Set.of("prompt", "negative_prompt");
  private static final Logger LOG = LoggerFactory.getLogger(NodeEvents.class);

  private final NodeMetrics metrics;
  private final Clock clock;
  private final Deque<NodeEvent> ring = new ArrayDeque<>(KEPT);
  private long sequence;

  public NodeEvents(NodeMetrics metrics, Clock clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Notes that something happened.
   *
   * @param message one sentence for people
   * @param attempt id of the attempt that ran then; null when none did
   * @param details numbers and context by name, such as {@code seed}
   */
  public NodeEvent add(
      NodeEvent.Kind kind, String message, @Nullable String attempt, Map<String, String> details) {
    NodeEvent event = remember(kind, message, attempt, details);
    metrics.noticed(kind);
    log(event);
    return event;
  }

  /** The newest events, oldest first. */
  public List<NodeEvent> recent() {
    synchronized (ring) {
      return List.copyOf(ring);
    }
  }

  private NodeEvent remember(
      NodeEvent.Kind kind, String message, @Nullable String attempt, Map<String, String> details) {
    synchronized (ring) {
      NodeEvent event =
          new NodeEvent(
              ++sequence, clock.instant(), kind, message, attempt, new TreeMap<>(details));
      if (ring.size() == KEPT) {
        ring.removeFirst();
      }
      ring.addLast(event);
      return event;
    }
  }

  private static void log(NodeEvent event) {
    LoggingEventBuilder line =
        LOG.atLevel(level(event.kind()))
            .addKeyValue("event", event.kind().name().toLowerCase(Locale.ROOT))
            .addKeyValue("sequence", event.sequence());
    if (event.attempt() != null && MDC.get("attempt") == null) {
      line = line.addKeyValue("attempt", event.attempt());
    }
    // Prompts are customers' words: they stay on the node, while log lines travel.
    Map<String, String> details = new TreeMap<>(event.details());
    details.keySet().removeAll(PRIVATE);
    line.addKeyValue("details", details).log(event.message());
  }

  /** What somebody did on purpose, and what got better, is no warning. */
  private static Level level(NodeEvent.Kind kind) {
    return switch (kind) {
      case EXPERT_RELEASED, FAULT_STARTED, FAULT_ENDED -> Level.INFO;
      case XID, STALL, MODEL_UNUSABLE -> Level.ERROR;
      default -> Level.WARN;
    };
  }
}
