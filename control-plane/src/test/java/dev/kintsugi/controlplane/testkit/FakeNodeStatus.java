package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.protocol.node.FaultStatus;
import dev.kintsugi.protocol.node.NodeStatus;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a {@link FakeInferenceNode} says of itself. */
public final class FakeNodeStatus {

  static final String LITE = "fake-lite";

  private static final NodeStatus.ModelLimits LIMITS =
      new NodeStatus.ModelLimits(256, 256, 33, 50, "64x64", 9, 4, 5.0, 8);

  private FakeNodeStatus() {}

  /** An idle node with these weights. */
  public static NodeStatus loaded(String digest) {
    return loaded(digest, List.of());
  }

  /** One that has been broken on purpose. */
  public static NodeStatus broken(FaultStatus fault) {
    return loaded("0".repeat(64), List.of(fault));
  }

  private static NodeStatus loaded(String digest, List<FaultStatus> faults) {
    return new NodeStatus(
        "instance",
        "fake-model",
        "1.0",
        digest,
        false,
        List.of(),
        1,
        1,
        List.of(),
        true,
        false,
        null,
        LIMITS,
        Map.of(),
        new NodeStatus.DeviceReadings("cpu", "cpu", 1, 2, 0.5, null, null),
        null,
        faults,
        List.of());
  }

  static NodeStatus of(
      String instance,
      int slots,
      boolean draining,
      List<String> running,
      double stepSeconds,
      boolean lite,
      boolean quarantined) {
    return new NodeStatus(
        instance,
        "fake-model",
        "1.0",
        "0".repeat(64),
        false,
        quarantined ? quarantined() : List.of(),
        slots,
        draining ? 0 : slots - running.size(),
        running,
        true,
        draining,
        draining ? "draining" : null,
        LIMITS,
        Map.of("64x64x9", stepSeconds),
        new NodeStatus.DeviceReadings("cpu", "cpu", 1, 2, 0.5, null, null),
        lite ? liteModel() : null,
        List.of(),
        List.of());
  }

  private static List<NodeStatus.ExpertStatus> quarantined() {
    return Stream.of("high", "low")
        .map(name -> new NodeStatus.ExpertStatus(name, false, 0, 3))
        .toList();
  }

  private static NodeStatus.LiteModel liteModel() {
    return new NodeStatus.LiteModel(
        LITE, "1.0-lite", "1".repeat(64), LIMITS, Map.of("64x64x9", 0.01));
  }
}
