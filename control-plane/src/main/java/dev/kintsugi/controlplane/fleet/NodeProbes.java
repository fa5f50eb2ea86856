package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceEvidence.ProbeEvidence;
import java.util.Optional;

/** What is known of nodes by probing them. */
public interface NodeProbes {

  /** Empty for a node that is not probed, or not yet known to be. */
  Optional<ProbeEvidence> evidence(String nodeId);
}
