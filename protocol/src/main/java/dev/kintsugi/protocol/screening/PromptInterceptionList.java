package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Interception, by service.
 *
 * @param object {@code list}
 * @param from RFC 3339, a whole hour
 */
public record PromptInterceptionList(
    @JsonProperty("object") String object,
    @JsonProperty("from") String from,
    @JsonProperty("data") List<OfService> data) {

  /**
   * @param service {@code namespace/name}
   */
  public record OfService(
      @JsonProperty("service") String service,
      @JsonProperty("interception") PromptInterception interception) {}
}
