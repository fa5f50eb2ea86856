package dev.kintsugi.protocol.node;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something a watcher of the node noticed.
 *
 * @param sequence grows by one with each event of this process
 * @param kind what happened
 * @param message one sentence for people
 * @param attempt id of the attempt that ran then
 * @param details numbers and context of the event by name, such as {@code seed} or {@code
 *     temperature_celsius}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record NodeEvent(
    @JsonProperty("sequence") long sequence,
    @JsonProperty("at") Instant at,
    @JsonProperty("kind") Kind kind,
    @JsonProperty("message") String message,
    @JsonProperty("attempt") @Nullable String attempt,
    @JsonProperty("details") Map<String, String> details) {

  /** What a watcher can notice. */
  public enum Kind {
    STALL,
    SLOW_REQUEST,
    MEMORY_HIGH,
    MEMORY_LEAK,
    TEMPERATURE_SWING,
    POWER_SWING,
    PCIE_SLOW,
    XID,
    PROMPT_DRIFT,
    DISK_PRESSURE,
    EXPERT_QUARANTINED,
    EXPERT_RELEASED,
    MODEL_UNUSABLE,
    FAULT_STARTED,
    FAULT_ENDED
  }
}
