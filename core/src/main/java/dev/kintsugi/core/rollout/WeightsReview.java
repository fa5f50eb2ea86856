package dev.kintsugi.core.rollout;

import java.util.List;
import java.util.Optional;

/**
 * Whether a version can run at all: no job goes to a node whose weights are not the pinned ones, so
 * there will never be evidence from jobs.
 */
public final class WeightsReview {
  private WeightsReview() {}

  /**
   * A node of the canary that has its model loaded.
   *
   * @param asked digest that the version is pinned to
   * @param loaded digest of what it has
   */
  public record Node(String name, String asked, String loaded) {
    boolean wrong() {
      return !loaded.equals(asked);
    }
  }

  /**
   * One sentence while every such node has other weights; one node alone among good ones has a
   * fault of its own.
   */
  public static Optional<String> wrong(List<Node> nodes) {
    if (nodes.isEmpty() || !nodes.stream().allMatch(Node::wrong)) {
      return Optional.empty();
    }
    Node first = nodes.getFirst();
    return Optional.of(
        "No node of the canary has the weights that spec.model.digest asks for: %s loaded %s, not %s"
            .formatted(first.name(), first.loaded(), first.asked()));
  }
}
