package dev.kintsugi.core.recovery;

import dev.kintsugi.core.admission.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job and its nodes, changed step by step by a test. One full attempt takes 57.5 s. */
final class RecoveryScene {

  static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  static final Plan.Asked ASKED = new Plan.Asked(new Size(160, 96), 17, 50, 7);
  static final int FRESH = 99;
  static final String DIGEST = "d";

  final List<Tried> tried = new ArrayList<>();
  final List<NodeFacts> nodes = new ArrayList<>();
  List<Rung> ladder = Rung.LADDER;
  Duration left = Duration.ofMinutes(30);
  boolean cacheHit;
  boolean gone;
  @Nullable Attribution blame;
  Situation.@Nullable Saved saved;

  static RecoveryScene with(String... names) {
    RecoveryScene scene = new RecoveryScene();
    for (String name : names) {
      scene.nodes.add(node(name, Set.of()));
    }
    return scene;
  }

  static NodeFacts node(String name, Set<String> sick) {
    return new NodeFacts(name, true, true, DIGEST, Map.of("160x96x17", 1.0), null, sick);
  }

  static NodeFacts liteNode(String name) {
    return new NodeFacts(
        name,
        true,
        true,
        DIGEST,
        Map.of("160x96x17", 1.0),
        new NodeFacts.Lite(new Size(160, 96), 17, 50, Map.of("160x96x17", 0.1)),
        Set.of());
  }

  RecoveryScene left(Duration time) {
    left = time;
    return this;
  }

  RecoveryScene ladder(Rung... rungs) {
    ladder = List.of(rungs);
    return this;
  }

  /** The plan that is decided now is tried and fails so. */
  RecoveryScene fails(Cause cause, String node, @Nullable String expert) {
    Plan plan = decide() instanceof RecoveryDecision.Retry retry ? retry.plan() : last();
    tried.add(new Tried(plan, cause, node, expert, 10, 10));
    blame = Attribution.decide(tried, Attribution.Surroundings.UNKNOWN).attribution();
    return this;
  }

  private Plan last() {
    throw new AssertionError("nothing is tried any more: " + decide());
  }

  RecoveryDecision decide() {
    return Recovery.decide(
        new Situation(
            ASKED, tried, blame, saved, nodes, NOW.plus(left), ladder, cacheHit, gone, FRESH),
        RecoveryPolicy.DEFAULT,
        NOW);
  }

  /** Predicted seconds of a whole attempt as asked. */
  double numbersAnew() {
    return 50 * 1.0 * 1.15;
  }

  RecoveryDecision.Retry retry() {
    return (RecoveryDecision.Retry) decide();
  }
}
