package dev.kintsugi.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Frames;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.RecoveryDecision.Answer;
import dev.kintsugi.core.recovery.RecoveryDecision.Retry;
import dev.kintsugi.core.recovery.RecoveryDecision.Skip;
import dev.kintsugi.core.recovery.RecoveryDecision.Skipped;
import dev.kintsugi.core.recovery.RecoveryDecision.Stop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Whole lives of jobs: random nodes, ladders, deadlines and failures, until something is decided.
 */
class RecoveryProperties {

  private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");
  private static final RecoveryPolicy POLICY = RecoveryPolicy.DEFAULT;

  /** One job, and everything that was decided about it. */
  private static final class Life {
    final Random random;
    final Plan.Asked asked;
    final List<Rung> ladder;
    final Instant deadline;
    final boolean cacheHit;
    final List<Tried> tried = new ArrayList<>();
    final List<RecoveryDecision> decisions = new ArrayList<>();
    final List<Situation> situations = new ArrayList<>();
    Situation.@Nullable Saved saved;
    Instant now = START;

    Life(long seed) {
      random = new Random(seed);
      asked =
          new Plan.Asked(
              new Size(16 * (2 + random.nextInt(60)), 16 * (2 + random.nextInt(40))),
              1 + 4 * random.nextInt(20),
              1 + random.nextInt(60),
              7);
      List<Rung> some = new ArrayList<>(Rung.LADDER);
      some.removeIf(rung -> random.nextInt(5) == 0);
      ladder = List.copyOf(some);
      deadline = START.plusMillis((long) Math.exp(6 + 8 * random.nextDouble()));
      cacheHit = random.nextBoolean();
    }

    RecoveryDecision live() {
      while (true) {
        Situation in = situation();
        RecoveryDecision decision = Recovery.decide(in, POLICY, now);
        situations.add(in);
        decisions.add(decision);
        if (!(decision instanceof Retry retry)) {
          return decision;
        }
        assertThat(decisions.size()).isLessThan(POLICY.maxAttempts() + POLICY.maxLosses() + 2);
        fail(retry, in);
      }
    }

    private Situation situation() {
      List<NodeFacts> nodes = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(4); i++) {
        nodes.add(node("n" + i));
      }
      @Nullable Attribution blame =
          tried.isEmpty()
              ? null
              : Attribution.decide(
                      tried,
                      new Attribution.Surroundings(
                          random.nextInt(5),
                          random.nextInt(9),
                          random.nextInt(3),
                          random.nextInt(3),
                          random.nextInt(5)))
                  .attribution();
      return new Situation(
          asked,
          tried,
          blame,
          saved,
          nodes,
          deadline,
          ladder,
          cacheHit,
          false,
          random.nextInt(999));
    }

    private NodeFacts node(String name) {
      Map<String, Double> steps =
          random.nextInt(6) == 0 ? Map.of() : Map.of("160x96x17", 0.01 + random.nextDouble());
      NodeFacts.Lite lite =
          random.nextBoolean()
              ? null
              : new NodeFacts.Lite(new Size(320, 320), 17, 30, Map.of("160x96x17", 0.05));
      Set<String> sick = random.nextInt(4) == 0 ? Set.of("high") : Set.of();
      return new NodeFacts(
          name, random.nextInt(4) > 0, random.nextInt(8) > 0, "d", steps, lite, sick);
    }

    private void fail(Retry retry, Situation in) {
      Cause[] causes = Cause.values();
      Cause cause = causes[random.nextInt(causes.length)];
      double whole = retry.numbers().predicted();
      double ran = (Double.isNaN(whole) ? 5 : whole) * (random.nextDouble() * 1.2);
      String node = in.nodes().get(random.nextInt(in.nodes().size())).id();
      now = retry.notBefore().plusMillis((long) (1000 * ran));
      int done = random.nextInt(retry.plan().steps());
      tried.add(
          new Tried(retry.plan(), cause, node, random.nextBoolean() ? "high" : null, done, ran));
      if (done > 0) {
        saved = new Situation.Saved(new Plan.Checkpoint(done, "c", "d"), retry.plan());
      }
    }
  }

  @Property(tries = 2000)
  void everyJobEndsAndWithAnAnswerWhereTheServiceWantsOne(@ForAll long seed) {
    Life life = new Life(seed);
    RecoveryDecision end = life.live();
    if (life.ladder.contains(Rung.FALLBACK_CLIP)) {
      assertThat(end).isInstanceOf(Answer.class);
    }
    if (end instanceof Answer answer) {
      assertThat(answer.rung().generates()).isFalse();
      assertThat(life.ladder).contains(answer.rung());
      if (answer.rung() == Rung.CACHED_RESULT) {
        assertThat(life.cacheHit).isTrue();
      }
    } else {
      assertThat(end).isInstanceOf(Stop.class);
    }
  }

  @Property(tries = 2000)
  void neverMoreThanTheBoundOfAttemptsOrGpuSeconds(@ForAll long seed) {
    Life life = new Life(seed);
    life.live();
    for (int i = 0; i < life.decisions.size(); i++) {
      if (life.decisions.get(i) instanceof Retry retry) {
        Situation in = life.situations.get(i);
        assertThat(in.failures()).isLessThan(POLICY.maxAttempts());
        assertThat(in.losses()).isLessThan(POLICY.maxLosses());
        double predicted = retry.numbers().predicted();
        assertThat(in.gpuSeconds() + (Double.isNaN(predicted) ? 0 : predicted))
            .isLessThanOrEqualTo(retry.numbers().gpuBudget());
      }
    }
  }

  @Property(tries = 2000)
  void nothingBeginsThatIsNotDoneBeforeTheDeadline(@ForAll long seed) {
    Life life = new Life(seed);
    life.live();
    for (int i = 0; i < life.decisions.size(); i++) {
      if (life.decisions.get(i) instanceof Retry retry) {
        double predicted = retry.numbers().predicted();
        long millis = Double.isNaN(predicted) ? 0 : (long) (1000 * predicted);
        assertThat(retry.notBefore().plusMillis(millis)).isBefore(life.deadline);
        assertThat(retry.avoidUntil()).isBeforeOrEqualTo(life.deadline);
        assertThat(retry.avoidUntil()).isAfterOrEqualTo(retry.notBefore());
      }
    }
  }

  @Property(tries = 2000)
  void noStepIsPassedOverWithoutACause(@ForAll long seed) {
    Life life = new Life(seed);
    life.live();
    for (int i = 0; i < life.decisions.size(); i++) {
      RecoveryDecision decision = life.decisions.get(i);
      Situation in = life.situations.get(i);
      if (decision instanceof Retry retry && retry.plan().rung().degraded()) {
        Map<Rung, Skip> skips = new EnumMap<>(Rung.class);
        for (Skipped skip : retry.numbers().skipped()) {
          skips.put(skip.rung(), skip.why());
        }
        int place = life.ladder.indexOf(retry.plan().rung());
        assertThat(skips.keySet()).containsAll(life.ladder.subList(0, place));
        skips.forEach((rung, why) -> check(rung, why, in, retry));
      }
    }
  }

  /** Against the definition, not the code: the step's own reduction alone must not fit. */
  private static void check(Rung rung, Skip why, Situation in, Retry retry) {
    if (why == Skip.TRIED) {
      assertThat(in.tried()).anyMatch(t -> t.plan().rung() == rung && !t.cause().machine());
    }
    if (why != Skip.TOO_LATE || rung == Rung.LITE_MODEL || rung == Rung.STILL_MOTION) {
      return;
    }
    Plan asked = Plan.asAsked(in.asked());
    Plan plan =
        switch (rung) {
          case FEWER_STEPS ->
              asked.with(asked.size(), asked.frames(), Reductions.halfSteps(asked.steps()));
          case FEWER_FRAMES -> asked.with(asked.size(), Frames.half(asked.frames()), asked.steps());
          case SMALLER_SIZE ->
              asked.with(Reductions.smaller(asked.size()), asked.frames(), asked.steps());
          default -> asked;
        };
    OptionalDouble seconds = Prediction.seconds(plan, in.nodes());
    assertThat(seconds).isPresent();
    boolean affordable =
        Prediction.ends(retry.notBefore(), seconds)
            .isBefore(Recovery.latestEnd(in.deadline(), in.ladder(), POLICY));
    assertThat(affordable).as(rung.name()).isFalse();
  }
}
