package dev.kintsugi.controlplane.fleet;

import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What this replica last saw of every node. In memory: it is relearned within a second. */
@Singleton
public class NodeSights {

  private final Map<String, NodeSight> byNode = new ConcurrentHashMap<>();

  /** The last sight of a node; {@link NodeSight#NONE} when it was never asked. */
  public NodeSight of(String nodeId) {
    return byNode.getOrDefault(nodeId, NodeSight.NONE);
  }

  public void put(String nodeId, NodeSight sight) {
    byNode.put(nodeId, sight);
  }

  /** Forgets every other node. */
  public void keepOnly(Set<String> nodeIds) {
    byNode.keySet().retainAll(nodeIds);
  }
}
