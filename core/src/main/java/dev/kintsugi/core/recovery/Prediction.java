package dev.kintsugi.core.recovery;

import dev.kintsugi.core.admission.CostModel;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.OptionalDouble;

/** How long a plan takes, from the nodes' own measurements. */
public final class Prediction {

  /** A prediction is trusted to this share: steps are not all alike. */
  private static final double SAFETY = 1.1;

  private Prediction() {}

  /** Seconds on the fastest of the nodes that can do it; empty when none has measured anything. */
  static OptionalDouble seconds(Plan plan, Collection<NodeFacts> nodes) {
    return nodes.stream()
        .map(node -> seconds(plan, node))
        .flatMapToDouble(OptionalDouble::stream)
        .min();
  }

  private static OptionalDouble seconds(Plan plan, NodeFacts node) {
    if (!able(plan, node)) {
      return OptionalDouble.empty();
    }
    var measured =
        plan.lite() && node.lite() != null ? node.lite().stepSeconds() : node.stepSeconds();
    int frames = plan.still() ? 1 : plan.frames();
    Plan.Checkpoint resume = plan.resume();
    int steps = plan.steps() - (resume == null ? 0 : Math.min(resume.step(), plan.steps()));
    return CostModel.seconds(plan.size(), frames, Math.max(1, steps), measured);
  }

  /** The node has the model that the plan wants. */
  static boolean able(Plan plan, NodeFacts node) {
    return plan.lite() ? node.lite() != null : node.main();
  }

  /** Whether a node could do the plan in time; true where nothing was measured. */
  public static boolean fits(Plan plan, NodeFacts node, Instant latestEnd, Instant now) {
    return able(plan, node) && ends(now, seconds(plan, node)).compareTo(latestEnd) <= 0;
  }

  /** When it would be done, with some reserve; the start where nothing was measured. */
  static Instant ends(Instant start, OptionalDouble seconds) {
    double bounded = Math.min(seconds.orElse(0) * SAFETY, Duration.ofDays(365).toSeconds());
    return start.plusMillis((long) (bounded * 1000));
  }
}
