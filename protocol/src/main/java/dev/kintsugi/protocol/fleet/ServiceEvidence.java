package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What the control plane knows of a service: answer of {@code GET
 * /fleet/v1/services/{namespace}/{name}}.
 *
 * @param observedGeneration generation of the state in force
 * @param observedSequence sequence of the state in force
 * @param queued jobs waiting
 * @param running attempts in flight
 */
public record ServiceEvidence(
    @JsonProperty("uid") String uid,
    @JsonProperty("observed_generation") long observedGeneration,
    @JsonProperty("observed_sequence") long observedSequence,
    @JsonProperty("queued") long queued,
    @JsonProperty("running") long running,
    @JsonProperty("nodes") List<NodeEvidence> nodes) {

  /**
   * What the control plane sees of one node.
   *
   * @param reachable the node answered its last status question
   * @param running attempts dispatched to it and not yet ended: 0 means it can be removed without
   *     loss
   */
  public record NodeEvidence(
      @JsonProperty("name") String name,
      @JsonProperty("reachable") boolean reachable,
      @JsonProperty("slots") int slots,
      @JsonProperty("running") int running) {}
}
