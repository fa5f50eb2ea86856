package dev.kintsugi.core.recovery;

import dev.kintsugi.core.admission.Frames;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Plan.Asked;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each step of the ladder asks of a node instead. A step takes away as little as it can: each
 * list begins with the step's own reduction alone and goes on with those of the steps above added,
 * so that a short deadline still finds something that fits.
 */
final class Reductions {

  /** Sides shrink by this: 1280×720 becomes 848×480. */
  private static final double SIDE = 2 / 3.0;

  /** Below this a picture shows nothing. */
  private static final int SMALLEST_SIDE = 32;

  private static final int FEWEST_STEPS = 2;

  private final Asked asked;
  private final List<Rung> ladder;

  Reductions(Asked asked, List<Rung> ladder) {
    this.asked = asked;
    this.ladder = ladder;
  }

  /** Best first; empty when the step would change nothing. */
  List<Plan> fewerSteps() {
    int steps = halfSteps(asked.steps());
    return steps < asked.steps()
        ? List.of(base(Rung.FEWER_STEPS).with(asked.size(), asked.frames(), steps))
        : List.of();
  }

  List<Plan> fewerFrames() {
    int frames = Frames.half(asked.frames());
    if (frames == asked.frames()) {
      return List.of();
    }
    Plan plan = base(Rung.FEWER_FRAMES).with(asked.size(), frames, asked.steps());
    return reduced(plan, false, false, true);
  }

  List<Plan> smallerSize() {
    Size size = smaller(asked.size());
    if (size.equals(asked.size())) {
      return List.of();
    }
    Plan plan = base(Rung.SMALLER_SIZE).with(size, asked.frames(), asked.steps());
    return reduced(plan, false, true, true);
  }

  /** Within what the smaller model can do. */
  List<Plan> lite(NodeFacts.Lite lite) {
    return reduced(clamped(base(Rung.LITE_MODEL).onLite(), lite), true, true, true);
  }

  /** One frame; its motion costs nothing. */
  List<Plan> still(NodeFacts.@Nullable Lite lite) {
    Plan plan = base(Rung.STILL_MOTION).asStill();
    Plan able = lite == null ? plan : clamped(plan.onLite(), lite);
    return reduced(able, true, false, true);
  }

  private Plan base(Rung rung) {
    return Plan.asAsked(asked).at(rung);
  }

  /** The plan itself, then with fewer steps, then also fewer frames, then also a smaller size. */
  private List<Plan> reduced(Plan plan, boolean size, boolean frames, boolean steps) {
    List<Plan> variants = new ArrayList<>(List.of(plan));
    Plan next = plan;
    if (steps && ladder.contains(Rung.FEWER_STEPS)) {
      next = next.with(next.size(), next.frames(), halfSteps(next.steps()));
      variants.add(next);
    }
    if (frames && ladder.contains(Rung.FEWER_FRAMES)) {
      next = next.with(next.size(), Frames.half(next.frames()), next.steps());
      variants.add(next);
    }
    if (size && ladder.contains(Rung.SMALLER_SIZE)) {
      next = next.with(smaller(next.size()), next.frames(), next.steps());
      variants.add(next);
    }
    return variants.stream().distinct().toList();
  }

  private static Plan clamped(Plan plan, NodeFacts.Lite lite) {
    return plan.with(
        fitted(plan.size(), lite.maximum()),
        Math.min(plan.frames(), lite.maxFrames()),
        Math.min(plan.steps(), lite.maxSteps()));
  }

  /** The largest size of about the same shape within a maximum. */
  private static Size fitted(Size size, Size maximum) {
    double factor =
        Math.min(
            1,
            Math.min(
                maximum.width() / (double) size.width(),
                maximum.height() / (double) size.height()));
    return new Size(aligned(size.width() * factor), aligned(size.height() * factor));
  }

  /** Half the steps, rounded up: 50 → 25, 5 → 3. */
  static int halfSteps(int steps) {
    return steps <= FEWEST_STEPS ? steps : Math.max(FEWEST_STEPS, (steps + 1) / 2);
  }

  static Size smaller(Size size) {
    int width = aligned(size.width() * SIDE);
    int height = aligned(size.height() * SIDE);
    return width < SMALLEST_SIDE || height < SMALLEST_SIDE ? size : new Size(width, height);
  }

  private static int aligned(double side) {
    return Math.max(Size.MULTIPLE, (int) (side + 1e-9) / Size.MULTIPLE * Size.MULTIPLE);
  }
}
