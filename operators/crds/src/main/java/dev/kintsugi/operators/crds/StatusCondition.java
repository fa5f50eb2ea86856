package dev.kintsugi.operators.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * One condition, in the shape every Kubernetes tool knows ({@code kubectl wait} included).
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word, part of the contract
 * @param lastTransitionTime RFC 3339, when the status (not the reason) last changed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StatusCondition(
    @JsonProperty("type") @Required String type,
    @JsonProperty("status") @Required String status,
    @JsonProperty("observedGeneration") Long observedGeneration,
    @JsonProperty("lastTransitionTime")
        @Required
        @JsonPropertyDescription("When the status, not only the reason, last changed.")
        String lastTransitionTime,
    @JsonProperty("reason") @Required String reason,
    @JsonProperty("message") @Required String message) {

  private static final int MESSAGE_LIMIT = 4096;

  /**
   * A condition as it is now; it keeps its time while its status stays.
   *
   * @param before the conditions of the status it replaces
   */
  public static StatusCondition now(
      String type,
      String status,
      String reason,
      String message,
      long generation,
      List<StatusCondition> before,
      Instant now) {
    String since =
        before.stream()
            .filter(old -> old.type().equals(type) && old.status().equals(status))
            .map(StatusCondition::lastTransitionTime)
            .findFirst()
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    return new StatusCondition(type, status, generation, since, reason, shortened(message));
  }

  private static String shortened(String message) {
    return message.length() <= MESSAGE_LIMIT
        ? message
        : message.substring(0, MESSAGE_LIMIT - 1) + "…";
  }
}
