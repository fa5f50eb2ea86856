package dev.kintsugi.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.JobEvidence.Verdict;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens in whatever order, a rollout keeps its promises, and it ends. */
class RolloutProperties {

  private static final List<RolloutPolicy> POLICIES =
      List.of(
          RolloutWorld.policy(1, 1, 5, 25, 50, 100),
          RolloutWorld.policy(0, 1, 5, 25, 50, 100),
          RolloutWorld.policy(1, 50, 100),
          RolloutWorld.policy(1, 100));

  @Property(tries = 1500)
  void everyHistoryIsSafeAndEnds(
      @ForAll @IntRange(min = 1, max = 6) int size,
      @ForAll @IntRange(max = 3) int policy,
      @ForAll @Size(max = 120) List<@IntRange(max = 39) Integer> events) {
    var world = new RolloutWorld(size, POLICIES.get(policy));
    int most =
        POLICIES.get(policy).atOnce()
            ? 2 * size
            : Math.max(2, size + POLICIES.get(policy).maxSurge());
    for (int event : events) {
      happen(world, event);
      check(world, size, most, event == 38);
    }

    world.heard = true;
    world.theirs = world.now;
    world.running.clear();
    boolean wasPaused = world.state.phase() == RolloutPhase.PAUSED;
    world.state = world.state.pausing(false);
    world.verdict = events.hashCode() % 2 == 0 ? Verdict.PROMOTE : Verdict.ROLLBACK;
    for (int i = 0; i < 1000 && !world.state.phase().ended(); i++) {
      check(world, size, most, false);
      world.pass(1);
      world.allReady("a");
      world.allReady("b");
    }
    assertThat(world.state.phase().ended())
        .as("%s %s %s %s", wasPaused, world.state, world.plan, world.pods)
        .isTrue();
  }

  private static void check(RolloutWorld world, int size, int most, boolean killed) {
    long before = world.serving();
    RolloutState was = world.state;
    JobEvidence evidence = world.evidence();
    Instant now = world.now;

    RolloutDecision decision = world.look(killed);

    assertThat(world.serving() > 0 || before == 0)
        .as("something still serves: %s %s", world.plan, world.pods)
        .isTrue();
    boolean forward = !world.state.phase().ended() && world.state.ending() == null;
    if (forward && world.state.bakedAt() == null) {
      boolean spared = most == size && size > 1;
      assertThat(world.serving())
          .as("a swap takes no ready slot away: %s %s", world.plan, world.pods)
          .isGreaterThanOrEqualTo(Math.min(before, spared ? size - 1 : size));
    }
    int asked = world.replicas.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(asked).as("%s", world.plan).isLessThanOrEqualTo(most);
    if (world.state.step() > was.step()) {
      assertThat(evidence.fresh(now)).isNotNull();
      assertThat(decision.reason()).isEqualTo(RolloutReason.STEP_PASSED);
      assertThat(world.verdict).isEqualTo(Verdict.PROMOTE);
    }
    if (world.state.weight() > was.weight() && was.weight() > 0) {
      assertThat(evidence.fresh(now)).as("%s", decision).isNotNull();
      assertThat(world.verdict).isNotIn(Verdict.HOLD, Verdict.ROLLBACK);
    }
    if (!killed && world.state.phase() == RolloutPhase.BAKING && world.state.bakedAt() == null) {
      assertThat(world.replicas.getOrDefault(Scene.key("a", "main"), 0))
          .as("a warm slot")
          .isPositive();
    }
    if (!killed && !world.plan.weights().isEmpty()) {
      assertThat(world.plan.weights().values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(100);
    }
  }

  private static void happen(RolloutWorld world, int event) {
    List<String> pods = List.copyOf(world.pods.keySet());
    String some = pods.isEmpty() ? "" : pods.get(event * 7 % pods.size());
    switch (event) {
      case 0, 1, 2, 3, 4, 5, 6, 7 -> world.setReady(some, true);
      case 8 -> world.setReady(some, false);
      case 9 -> world.pods.remove(some);
      case 10, 11, 12, 13 -> world.verdict = Verdict.PROMOTE;
      case 14 -> world.verdict = Verdict.HOLD;
      case 15 -> world.verdict = Verdict.INCONCLUSIVE;
      case 16 -> world.verdict = Verdict.CONTINUE;
      case 17 -> world.heard = !world.heard;
      case 18 -> world.now = world.now.plusSeconds(86_400);
      case 19 -> world.now = world.now.minusSeconds(86_400);
      case 20 -> world.theirs = world.now;
      case 21 -> world.running.put(some, 1);
      case 22, 23 -> world.running.clear();
      case 24 -> world.state = world.state.pausing(true);
      case 25, 26 -> world.state = world.state.pausing(false);
      case 27 -> verb(world, RolloutVerb.PAUSE);
      case 28 -> verb(world, RolloutVerb.RESUME);
      case 29 -> verb(world, RolloutVerb.ABORT);
      default -> {
        world.pass(1);
        world.heard |= event == 39;
      }
    }
  }

  private static void verb(RolloutWorld world, RolloutVerb verb) {
    var place = new RolloutVerbs.Place(true, true, false);
    if (RolloutVerbs.decide(world.state, verb, place, world.now) instanceof VerbDecision.Move m) {
      world.state = m.state();
    }
  }
}
