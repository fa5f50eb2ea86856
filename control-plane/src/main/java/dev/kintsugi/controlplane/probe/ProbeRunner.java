package dev.kintsugi.controlplane.probe;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.protocol.node.AttemptRequest;
import java.time.Duration;

/** The way to a node. */
public interface ProbeRunner {

  /**
   * Runs the probe as a customer's attempt would run: the node makes, judges and encodes the clip,
   * and its file is fetched and checked.
   */
  ProbeResult run(FleetNode node, AttemptRequest request, Duration timeout)
      throws InterruptedException;

  /** A slot may be free again. */
  void ended();
}
