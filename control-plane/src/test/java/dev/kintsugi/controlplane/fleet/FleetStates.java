package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceState;
import java.util.List;

/** Service states for tests. */
final class FleetStates {

  private FleetStates() {}

  static ServiceState state(String uid, long generation, long sequence) {
    return new ServiceState(
        uid,
        generation,
        sequence,
        "wan-tiny",
        600,
        List.of(),
        List.of(new ServiceState.Revision("r1", "1.0", null, 100)),
        List.of(
            new ServiceState.Node(
                "pod-" + sequence, "r1", "main", false, "http://127.0.0.1:1", true, false)),
        null,
        null,
        null);
  }
}
