package dev.kintsugi.controlplane.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.node.NodeStatus;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the nodes of a service say of its model.
 *
 * @param limits the narrowest among them, because any of them may get the job
 * @param stepSeconds the slowest among them by {@code WIDTHxHEIGHTxFRAMES}
 */
record ModelReport(
    @JsonProperty("limits") ModelLimits limits,
    @JsonProperty("step_seconds") Map<String, Double> stepSeconds) {

  /** Empty while no node has answered. Defaults are those of the first. */
  static Optional<ModelReport> of(List<NodeStatus> nodes) {
    Map<String, Double> slowest = new TreeMap<>();
    nodes.forEach(
        node -> node.stepSeconds().forEach((clip, s) -> slowest.merge(clip, s, Math::max)));
    return nodes.stream()
        .map(NodeStatus::limits)
        .reduce(ModelReport::narrower)
        .map(limits -> new ModelReport(limits, slowest));
  }

  private static ModelLimits narrower(ModelLimits a, ModelLimits b) {
    return new ModelLimits(
        Math.min(a.maxWidth(), b.maxWidth()),
        Math.min(a.maxHeight(), b.maxHeight()),
        Math.min(a.maxFrames(), b.maxFrames()),
        Math.min(a.maxSteps(), b.maxSteps()),
        a.defaultSize(),
        a.defaultFrames(),
        a.defaultSteps(),
        a.defaultGuidanceScale(),
        a.defaultFps());
  }
}
