package dev.kintsugi.protocol.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rollout and what was decided of it.
 *
 * @param decisions one for each change of verdict, reason, step or weight, oldest first
 * @param shadow of the newest try; null where none was asked for
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RolloutDetail(
    @JsonProperty("rollout") RolloutView rollout,
    @JsonProperty("decisions") List<Decision> decisions,
    @JsonProperty("shadow") @Nullable RolloutShadow shadow) {

  /**
   * One decision.
   *
   * @param at RFC 3339
   * @param startedAt of the try it belongs to
   * @param weight of the canary, in percent
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Decision(
      @JsonProperty("at") String at,
      @JsonProperty("started_at") String startedAt,
      @JsonProperty("step") int step,
      @JsonProperty("weight") int weight,
      @JsonProperty("promoted") boolean promoted,
      @JsonProperty("evidence") RolloutEvidence evidence) {}
}
