package dev.kintsugi.core.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleLifecycleTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final LifecyclePolicy POLICY = LifecyclePolicy.DEFAULT;

  private static RuleState after(RuleState state, int failed, int well) {
    RuleState next = state;
    for (int i = 0; i < well; i++) {
      next = RuleLifecycle.seen(next, false, POLICY);
    }
    for (int i = 0; i < failed; i++) {
      next = RuleLifecycle.seen(next, true, POLICY);
    }
    return next;
  }

  private static RuleDecision decide(RuleState state) {
    return RuleLifecycle.decide(state, NOON, POLICY, NOON);
  }

  private static RuleStage moved(RuleState state) {
    return decide(state) instanceof RuleDecision.Move move ? move.state().stage() : state.stage();
  }

  @Test
  void itGoesUpStepByStepOnFreshEvidenceOnly() {
    RuleState state = RuleState.begin(RuleStage.CANDIDATE, NOON);
    assertThat(moved(state)).isEqualTo(RuleStage.SHADOW);
    for (RuleStage stage : new RuleStage[] {RuleStage.SHADOW, RuleStage.CANARY}) {
      RuleState begun = RuleState.begin(stage, NOON);
      assertThat(moved(after(begun, 10, 0))).isEqualTo(stage);
      assertThat(moved(after(begun, 11, 0))).isNotEqualTo(stage);
      assertThat(moved(after(begun, 20, 12))).as("too many do not fail").isEqualTo(stage);
    }
    var move = (RuleDecision.Move) decide(after(RuleState.begin(RuleStage.CANARY, NOON), 11, 0));
    assertThat(move.state()).isEqualTo(RuleState.begin(RuleStage.ENFORCED, NOON));
    assertThat(move.reason())
        .isEqualTo("11 of 11 let through failed, so at least 52 % do, with 50 % wanted.");
  }

  @Test
  void whereAPersonApprovesItWaitsInTheShadow() {
    LifecyclePolicy usual = LifecyclePolicy.DEFAULT;
    LifecyclePolicy manual =
        new LifecyclePolicy(
            usual.alpha(),
            usual.leastPrecision(),
            usual.falsePrecision(),
            usual.canaryShare(),
            usual.exploreShare(),
            usual.unseen(),
            true);
    RuleState proven = after(RuleState.begin(RuleStage.SHADOW, NOON), 30, 0);
    RuleDecision decision = RuleLifecycle.decide(proven, NOON, manual, NOON);
    assertThat(decision).isInstanceOf(RuleDecision.Stay.class);
    assertThat(decision.reason()).endsWith("it waits for a person, as its policy says.");
    RuleState trial = after(RuleState.begin(RuleStage.CANARY, NOON), 30, 0);
    assertThat(RuleLifecycle.decide(trial, NOON, manual, NOON))
        .as("whoever moved it there let evidence move it on")
        .isInstanceOf(RuleDecision.Move.class);
  }

  @Test
  void oneThatIsTrueNoMoreIsRetiredHoweverLongItWasTrue() {
    for (RuleStage stage :
        new RuleStage[] {RuleStage.SHADOW, RuleStage.CANARY, RuleStage.ENFORCED}) {
      RuleState long_ = after(RuleState.begin(stage, NOON), 1_000, 0);
      RuleState doubted = long_;
      for (int i = 0; i < 7; i++) {
        doubted = RuleLifecycle.seen(doubted, false, POLICY);
      }
      assertThat(moved(doubted)).isNotEqualTo(RuleStage.RETIRED);
      doubted = RuleLifecycle.seen(doubted, false, POLICY);
      assertThat(moved(doubted)).isEqualTo(RuleStage.RETIRED);
      assertThat(decide(doubted).reason())
          .isEqualTo("Its prompts do not fail any more: 1000 of 1008 let through failed.");
    }
  }

  @Test
  void oneThatNobodyMeetsIsRetiredAndAPinnedOneIsNot() {
    RuleState state = RuleState.begin(RuleStage.ENFORCED, NOON);
    Instant later = NOON.plus(Duration.ofDays(30));
    assertThat(RuleLifecycle.decide(state, NOON, POLICY, later))
        .isInstanceOf(RuleDecision.Move.class);
    assertThat(RuleLifecycle.decide(state, later, POLICY, later))
        .isInstanceOf(RuleDecision.Stay.class);
    assertThat(
            RuleLifecycle.decide(
                RuleState.begin(RuleStage.CANARY, later), NOON, POLICY, later.plusSeconds(5)))
        .as("a stage that began just now waits anew")
        .isInstanceOf(RuleDecision.Stay.class);
    RuleState pinned = new RuleState(RuleStage.ENFORCED, NOON, true, 9, 0, 99);
    assertThat(RuleLifecycle.decide(pinned, NOON, POLICY, later))
        .isEqualTo(new RuleDecision.Stay("A person pinned it."));
    assertThat(decide(RuleState.begin(RuleStage.RETIRED, NOON)))
        .isInstanceOf(RuleDecision.Stay.class);
  }

  @ParameterizedTest
  @CsvSource({
    "CANDIDATE, 0, false",
    "SHADOW, 0, false",
    "CANARY, 0.49, true",
    "CANARY, 0.5, false",
    "ENFORCED, 0.049, false",
    "ENFORCED, 0.05, true",
    "RETIRED, 0, false"
  })
  void eachStageStopsItsShare(RuleStage stage, double draw, boolean stops) {
    assertThat(RuleLifecycle.stops(RuleState.begin(stage, NOON), draw, POLICY)).isEqualTo(stops);
  }

  @Test
  void theBoundHoldsHoweverOftenOneLooks() {
    int histories = 2_000;
    long misses =
        LongStream.range(0, histories).parallel().filter(RuleLifecycleTest::everMisses).count();
    assertThat((double) misses / histories).isLessThanOrEqualTo(POLICY.alpha());
  }

  /** A rule whose prompts fail as often as is wanted, looked at after each of 500. */
  private static boolean everMisses(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long failed = 0;
    for (long matched = 1; matched <= 500; matched++) {
      failed += random.nextDouble() < POLICY.leastPrecision() ? 1 : 0;
      if (RuleLifecycle.leastPrecision(failed, matched, POLICY.alpha()) > POLICY.leastPrecision()) {
        return true;
      }
    }
    return false;
  }

  private static LifecyclePolicy wanting(double precision) {
    return new LifecyclePolicy(
        POLICY.alpha(),
        precision,
        POLICY.falsePrecision(),
        POLICY.canaryShare(),
        POLICY.exploreShare(),
        POLICY.unseen(),
        POLICY.manual());
  }

  @Test
  void anEnforcedRuleThatIsTrueTooSeldomIsTriedAgain() {
    LifecyclePolicy strict = wanting(0.95);
    RuleState state = new RuleState(RuleStage.ENFORCED, NOON, false, 40, 24, 0);
    var move = (RuleDecision.Move) RuleLifecycle.decide(state, NOON, strict, NOON);
    assertThat(move.state()).isEqualTo(RuleState.begin(RuleStage.CANARY, NOON));
    assertThat(move.reason())
        .isEqualTo("24 of 40 let through failed, so at most 84 % do, with 95 % wanted.");
    RuleState pinned = new RuleState(RuleStage.ENFORCED, NOON, true, 40, 24, 0);
    assertThat(RuleLifecycle.decide(pinned, NOON, strict, NOON))
        .isEqualTo(new RuleDecision.Stay("A person pinned it."));
    assertThat(RuleLifecycle.decide(state, NOON, wanting(0.6), NOON))
        .isInstanceOf(RuleDecision.Stay.class);
  }

  /** Seldom enough to stop more good prompts than bad ones, too often to be doubted. */
  @Test
  void oneThatIsTrueInThreeOfTenIsTriedAgainAndNotKept() {
    for (long seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RuleState state = RuleState.begin(RuleStage.ENFORCED, NOON);
      while (moved(state) == RuleStage.ENFORCED && state.matched() < 300) {
        state = RuleLifecycle.seen(state, random.nextDouble() < 0.3, POLICY);
      }
      assertThat(moved(state)).isIn(RuleStage.CANARY, RuleStage.RETIRED);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.5", "0.8, 0.8", "0.95, 0.95", "0.95, 0.99", "0.5, 0.6"})
  void oneThatIsTrueEnoughStaysEnforced(double wanted, double share) {
    int histories = 2_000;
    long back =
        LongStream.range(0, histories)
            .parallel()
            .filter(seed -> everBack(seed, wanting(wanted), share))
            .count();
    assertThat((double) back / histories).isLessThanOrEqualTo(POLICY.alpha());
  }

  /** Whether evidence ever moves it to the canary, looked at after each of 500 prompts. */
  private static boolean everBack(long seed, LifecyclePolicy policy, double share) {
    SplittableRandom random = new SplittableRandom(seed);
    RuleState state = RuleState.begin(RuleStage.ENFORCED, NOON);
    for (int i = 0; i < 500; i++) {
      state = RuleLifecycle.seen(state, random.nextDouble() < share, policy);
      if (RuleLifecycle.tooSeldom(state, policy)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theBoundIsNearTheShareWhenMuchWasSeen() {
    assertThat(RuleLifecycle.leastPrecision(0, 0, 0.01)).isZero();
    assertThat(RuleLifecycle.leastPrecision(0, 50, 0.01)).isZero();
    assertThat(RuleLifecycle.leastPrecision(9_000, 10_000, 0.01)).isCloseTo(0.9, within(0.02));
    assertThat(RuleLifecycle.leastPrecision(50, 50, 0.01)).isBetween(0.8, 0.9);
  }

  @Test
  void aTrueRuleIsRarelyDoubted() {
    long doubted =
        LongStream.range(0, 500)
            .parallel()
            .filter(
                seed -> {
                  SplittableRandom random = new SplittableRandom(seed);
                  RuleState state = RuleState.begin(RuleStage.ENFORCED, NOON);
                  for (int i = 0; i < 200; i++) {
                    state = RuleLifecycle.seen(state, random.nextDouble() < 0.8, POLICY);
                    if (moved(state) == RuleStage.RETIRED) {
                      return true;
                    }
                  }
                  return false;
                })
            .count();
    assertThat(doubted).isLessThanOrEqualTo(5);
  }
}
