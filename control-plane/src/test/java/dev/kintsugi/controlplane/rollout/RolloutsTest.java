package dev.kintsugi.controlplane.rollout;

import static dev.kintsugi.controlplane.rollout.RolloutScene.CANARY;
import static dev.kintsugi.controlplane.rollout.RolloutScene.STABLE;
import static dev.kintsugi.controlplane.rollout.RolloutScene.START;
import static dev.kintsugi.controlplane.rollout.RolloutScene.rollout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.controlplane.cases.NewCase;
import dev.kintsugi.controlplane.database.Database;
import dev.kintsugi.controlplane.database.DatabaseSettings;
import dev.kintsugi.controlplane.database.EmbeddedSettings;
import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.testkit.BreakingProxy;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.rollout.Hold;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.FailureClass;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Verdicts on a real database, with the times that the test says. */
class RolloutsTest {

  private final RolloutScene scene = new RolloutScene();

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void aStepIsDoneWhenItsJobsProveIt() {
    Rollouts judge = scene.judge();
    assertThat(scene.ask(judge).verdict()).isEqualTo("CONTINUE");
    scene.good(STABLE, 80);
    scene.good(CANARY, 80);
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).as(told.message()).isEqualTo("PROMOTE");
    assertThat(told.cut()).isFalse();
    assertThat(told.firstBadAt()).isNull();
    assertThat(told.canary().jobs()).isEqualTo(80);
    assertThat(told.canary().meanSeconds()).isEqualTo(10.0);
    assertThat(judge.cut(scene.service())).isEmpty();
  }

  @Test
  void aBadVersionIsCutOffForGoodAndFilesACase() {
    Rollouts judge = scene.judge();
    scene.ask(judge);
    scene.good(STABLE, 40);
    Instant firstBad = scene.clock.instant().plusSeconds(10);
    scene.bad(CANARY, 6);
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).as(told.message()).isEqualTo("ROLLBACK");
    assertThat(told.reason()).isEqualTo("MORE_BAD_JOBS");
    assertThat(told.cut()).isTrue();
    assertThat(told.firstBadAt()).isEqualTo(firstBad.toString());
    assertThat(told.cutAt()).isEqualTo(scene.clock.instant().toString());
    assertThat(judge.cut(scene.service())).contains(CANARY);
    assertThat(scene.cases).hasSize(1);
    NewCase filed = scene.cases.getFirst();
    assertThat(filed.kind()).isEqualTo(NewCase.Kind.ROLLBACK);
    assertThat(filed.failureClass()).isEqualTo("NAN_LATENTS");
    assertThat(filed.revision()).isEqualTo(CANARY);
    assertThat(filed.details())
        .containsEntry("rollout", "studio/demo-2")
        .containsEntry("canary_jobs", "6 of 6 bad");

    scene.good(CANARY, 400);
    RolloutEvidence later = scene.ask(judge);
    assertThat(later.verdict()).isEqualTo("ROLLBACK");
    assertThat(later.cutAt()).isEqualTo(told.cutAt());
    assertThat(later.canary().jobs()).isEqualTo(406);
  }

  @Test
  void aDrillHoldsUntilItsFaultIsOverAndNeverARollback() {
    Rollouts judge = scene.judge();
    scene.drill(Duration.ofHours(1));
    scene.ask(judge);
    scene.good(STABLE, 40);
    scene.good(CANARY, 40);
    RolloutEvidence held = scene.ask(judge);
    assertThat(held.verdict()).as(held.message()).isEqualTo("HOLD");
    assertThat(held.reason()).isEqualTo("DRILL_RUNNING");
    assertThat(held.message()).contains("a drill is running");
    scene.clock.forward(Duration.ofHours(1));
    scene.good(STABLE, 40);
    scene.good(CANARY, 40);
    assertThat(scene.ask(judge).verdict()).isEqualTo("PROMOTE");

    scene.drill(Duration.ofHours(1));
    scene.bad(CANARY, 20);
    assertThat(scene.ask(judge).verdict()).isEqualTo("ROLLBACK");
  }

  @Test
  void lowerScoresOfTheGateRollBackThoughEveryJobIsGood() {
    Rollouts judge = scene.judge();
    scene.ask(judge);
    RolloutEvidence told = scene.ask(judge);
    for (int i = 0; i < 60 && !told.cut(); i++) {
      scene.scored(STABLE, 1.6 + i % 5 * 0.01);
      scene.scored(CANARY, 1.25);
      told = scene.ask(judge);
    }
    assertThat(told.verdict()).as(told.message()).isEqualTo("ROLLBACK");
    assertThat(told.reason()).isEqualTo("LOWER_QUALITY");
    assertThat(told.canary().meanScore()).isEqualTo(1.25);
    assertThat(told.stable().meanScore()).isBetween(1.6, 1.64);
  }

  @Test
  void aDearerGpuRollsBackUnlessItIsFasterByAsMuch() {
    assertThat(atPrice(1.0, 10)).isNotEqualTo("COSTLIER");
    assertThat(atPrice(2.0, 10)).isEqualTo("COSTLIER");
    assertThat(atPrice(2.0, 5)).isNotEqualTo("COSTLIER");
  }

  private String atPrice(double ratio, int canarySeconds) {
    String name = "demo-%.0f-%d".formatted(ratio, canarySeconds);
    scene.push(RolloutScene.priced(name, scene.clock.instant(), ratio), 5);
    Rollouts judge = scene.judge();
    RolloutEvidence told = scene.ask(judge);
    for (int i = 0; i < 80 && !told.cut(); i++) {
      scene.good(STABLE, 1);
      scene.lasting(CANARY, Duration.ofSeconds(canarySeconds));
      told = scene.ask(judge);
    }
    return told.reason();
  }

  @Test
  void aRestartedOrSecondReplicaGoesOnAndNeverUndecides() {
    Rollouts first = scene.judge();
    scene.ask(first);
    scene.good(STABLE, 40);
    scene.bad(CANARY, 6);
    Rollouts second = scene.judge();
    assertThat(second.cut(scene.service())).as("not known yet").contains(CANARY);
    RolloutEvidence decided = scene.ask(first);
    scene.good(CANARY, 400);
    RolloutEvidence told = scene.ask(second);
    assertThat(told.verdict()).isEqualTo("ROLLBACK");
    assertThat(told.message()).isEqualTo(decided.message());
    assertThat(told.cutAt()).isEqualTo(decided.cutAt());
    assertThat(second.cut(scene.service())).contains(CANARY);
    assertThat(
            scene.database.number(
                "SELECT count(*) FROM rollout_decision WHERE verdict = 'ROLLBACK'"))
        .isEqualTo(1);

    scene.push(rollout("demo-2", scene.clock.instant(), 0, false), 5);
    assertThat(scene.ask(second).verdict()).as("another try").isEqualTo("CONTINUE");
    assertThat(second.cut(scene.service())).isEmpty();
  }

  @Test
  void aCanaryWithOtherWeightsThanItIsPinnedToIsTakenBackAtOnce() {
    Rollouts judge = scene.judge();
    scene.pin("a".repeat(64), "a".repeat(64));
    assertThat(scene.ask(judge).verdict()).isEqualTo("CONTINUE");

    scene.pin("a".repeat(64), "b".repeat(64));
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).isEqualTo("ROLLBACK");
    assertThat(told.reason()).isEqualTo("WRONG_WEIGHTS");
    assertThat(told.message())
        .contains("spec.model.digest", "/canary-0", "a".repeat(64), "b".repeat(64));
    assertThat(told.cut()).isTrue();
    assertThat(judge.cut(scene.service())).contains(CANARY);
  }

  @Test
  void twoReplicasTellTheSameFromTheSameLedger() {
    Rollouts first = scene.judge();
    scene.good(STABLE, 7);
    scene.ask(first);
    scene.bad(CANARY, 1);
    scene.ask(first);
    scene.good(CANARY, 12);
    assertThat(scene.ask(scene.judge())).isEqualTo(scene.ask(first));
  }

  @Test
  void decisionsAreKeptOnceAndStay() {
    Rollouts first = scene.judge();
    Rollouts second = scene.judge();
    for (int i = 0; i < 3; i++) {
      scene.good(STABLE, 1);
      scene.ask(first);
      scene.ask(second);
    }
    assertThat(scene.database.number("SELECT count(*) FROM rollout_decision")).isEqualTo(1);
    assertThatThrownBy(() -> scene.database.execute("DELETE FROM rollout_decision"))
        .hasRootCauseMessage(
            "ERROR: rollout_decision is append-only: DELETE is refused\n  Where: PL/pgSQL function rollout_decision_guard() line 3 at RAISE");
  }

  /** As when only one of them reaches the nodes of the stable version. */
  @Test
  void replicasThatDisagreeForLongDoNotFillTheTable() {
    Rollouts first = scene.judge();
    Rollouts second = scene.judge();
    for (int i = 0; i < 5; i++) {
      scene.holds.clear();
      assertThat(scene.ask(first).verdict()).isEqualTo("CONTINUE");
      scene.holds.add(Hold.STABLE_UNAVAILABLE);
      assertThat(scene.ask(second).verdict()).isEqualTo("HOLD");
    }
    assertThat(scene.database.number("SELECT count(*) FROM rollout_decision")).isEqualTo(2);
  }

  @Test
  void aJobInFlightCountsOnceItsDeadlinePassed() {
    Rollouts judge = scene.judge();
    scene.ask(judge);
    scene.good(STABLE, 60);
    for (int i = 0; i < 6; i++) {
      scene.submit(Duration.ofSeconds(30));
      scene.claim(CANARY, "r2-node");
    }
    Instant deadline = scene.clock.instant().plusSeconds(30);
    scene.clock.forward(Duration.ofSeconds(29));
    RolloutEvidence before = scene.ask(judge);
    assertThat(before.verdict()).isEqualTo("CONTINUE");
    assertThat(before.canary().inFlight()).isEqualTo(6);
    scene.clock.forward(Duration.ofSeconds(1));
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).as(told.message()).isEqualTo("ROLLBACK");
    assertThat(told.firstBadAt()).isEqualTo(deadline.toString());
    assertThat(told.canary().inFlight()).isZero();
    assertThat(scene.cases.getFirst().failureClass()).isEqualTo("TIMEOUT");
  }

  @Test
  void lostMachinesAndDevicesRollNothingBack() {
    Rollouts judge = scene.judge();
    scene.good(STABLE, 40);
    for (int i = 0; i < 12; i++) {
      scene.submit(Duration.ofHours(1));
      Claim claim = scene.claim(CANARY, "r2-node-" + i);
      scene.clock.forward(Duration.ofSeconds(100));
      boolean device = i == 0;
      scene.requeue(
          claim,
          device ? FailureClass.GPU_FAULT : FailureClass.NODE_LOST,
          device ? Attribution.GPU : Attribution.NODE);
      scene.complete(scene.claim(STABLE, "r1-node"));
    }
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).isEqualTo("CONTINUE");
    assertThat(told.canary().jobs()).isZero();
    assertThat(told.canary().excused()).isEqualTo(12);
    assertThat(told.stable().jobs()).isEqualTo(52);
  }

  @Test
  void aVersionThatCrashesItsProcessAgainAndAgainIsRolledBack() {
    Rollouts judge = scene.judge();
    scene.ask(judge);
    scene.good(STABLE, 40);
    String verdict = "CONTINUE";
    int jobs = 0;
    while (verdict.equals("CONTINUE") && jobs < 30) {
      scene.submit(Duration.ofHours(1));
      Claim claim = scene.claim(CANARY, "r2-node");
      scene.clock.forward(Duration.ofSeconds(100));
      if (jobs++ % 3 == 0) {
        scene.requeue(claim, FailureClass.NODE_LOST, Attribution.NODE);
        scene.complete(scene.claim(STABLE, "r1-node"));
      } else {
        scene.complete(claim);
      }
      verdict = scene.ask(judge).verdict();
    }
    assertThat(verdict).isEqualTo("ROLLBACK");
    assertThat(jobs).isLessThan(20);
  }

  @Test
  void aHoldStopsAPromotionAndNoRollback() {
    Rollouts judge = scene.judge();
    scene.holds.add(Hold.FREEZE_WINDOW);
    scene.good(STABLE, 40);
    scene.good(CANARY, 40);
    RolloutEvidence held = scene.ask(judge);
    assertThat(held.verdict()).isEqualTo("HOLD");
    assertThat(held.reason()).isEqualTo("FREEZE_WINDOW");
    scene.bad(CANARY, 40);
    assertThat(scene.ask(judge).verdict()).isEqualTo("ROLLBACK");
  }

  @Test
  void anOpenFreezeWindowHoldsUntilItEnds() {
    Rollouts judge = scene.judge();
    scene.good(STABLE, 80);
    scene.good(CANARY, 80);
    ZonedDateTime now = scene.clock.instant().atZone(ZoneOffset.UTC);
    String daily = "%d %d * * *".formatted(now.getMinute(), now.getHour());
    scene.freeze(new ServiceState.Freeze(daily, 1800, "UTC", "the night's report"));
    RolloutEvidence held = scene.ask(judge);
    assertThat(held.verdict()).isEqualTo("HOLD");
    assertThat(held.reason()).isEqualTo("FREEZE_WINDOW");
    assertThat(held.message()).contains("a freeze window is open");
    scene.clock.forward(Duration.ofMinutes(30));
    assertThat(scene.ask(judge).verdict()).isEqualTo("PROMOTE");
  }

  @Test
  void withoutAVerdictInTimeAPersonDecides() {
    Rollouts judge = scene.judge();
    scene.clock.forward(Duration.ofHours(1));
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.verdict()).isEqualTo("INCONCLUSIVE");
    assertThat(told.reason()).isEqualTo("NO_CANARY_JOBS");
  }

  @Test
  void withoutTheDatabaseItHoldsAndThenGoesOn() throws Exception {
    DatabaseSettings direct = scene.database.settings();
    URI url = URI.create(direct.url().substring("jdbc:".length()));
    try (BreakingProxy proxy = new BreakingProxy(url.getPort());
        Database through =
            Database.open(
                new DatabaseSettings(
                    "jdbc:postgresql://127.0.0.1:" + proxy.port() + url.getPath(),
                    direct.username(),
                    direct.password(),
                    2),
                EmbeddedSettings.in(Path.of("unused")))) {
      Rollouts judge = scene.judge(through.transactions());
      scene.good(STABLE, 80);
      scene.good(CANARY, 80);
      assertThat(scene.ask(judge).verdict()).isEqualTo("PROMOTE");
      proxy.breakForGoodAfter(0);
      scene.clock.forward(Duration.ofSeconds(11));
      RolloutEvidence held = scene.ask(judge);
      assertThat(held.verdict()).isEqualTo("HOLD");
      assertThat(held.reason()).isEqualTo("EVIDENCE_STALE");
      assertThat(held.canary().jobs()).isEqualTo(80);
      proxy.breakAfter(Long.MAX_VALUE);
      assertThat(scene.ask(judge).verdict()).isEqualTo("PROMOTE");
    }
  }

  @Test
  void whatTheCanaryCarriedIsCountedSinceItsWeightChanged() {
    Rollouts judge = scene.judge();
    scene.ask(judge);
    scene.good(STABLE, 9);
    scene.good(CANARY, 1);
    assertThat(scene.ask(judge).carriedPercent()).isEqualTo(10.0);
    scene.push(rollout("demo-2", START, 1, false), 25);
    assertThat(scene.ask(judge).carriedPercent()).isZero();
    scene.good(STABLE, 2);
    scene.good(CANARY, 1);
    assertThat(scene.ask(judge).carriedPercent()).isCloseTo(33.3, within(0.1));
    assertThat(scene.ask(scene.judge()).carriedPercent()).isCloseTo(33.3, within(0.1));
  }

  @Test
  void badRatingsSpeakAgainstAVersion() {
    Rollouts judge = scene.judge();
    Feedback feedback = Feedback.of(scene.database.transactions(), scene.clock);
    double before = scene.ask(judge).againstCanary();
    for (int i = 0; i < 40; i++) {
      for (String revision : new String[] {STABLE, CANARY}) {
        scene.submit(Duration.ofHours(1));
        Claim claim = scene.claim(revision, revision + "-node");
        scene.clock.forward(Duration.ofSeconds(10));
        scene.complete(claim);
        feedback.keep(claim.job(), 3, null);
        feedback.keep(claim.job(), revision.equals(STABLE) ? 5 : 1, "replaced");
        scene.ask(judge);
      }
    }
    RolloutEvidence told = scene.ask(judge);
    assertThat(told.againstCanary()).isGreaterThan(before);
    assertThat(told.reason()).isEqualTo("WORSE_RATED");
    assertThat(told.ratings().stable()).isEqualTo(40);
    assertThat(told.ratings().stableMean()).isEqualTo(5);
    assertThat(told.ratings().canaryMean()).isEqualTo(1);
    assertThat(told.ratings().differenceHigh()).as(told.message()).isBetween(-4.0, -2.0);
    assertThat(scene.ask(scene.judge()).verdict()).isEqualTo("ROLLBACK");
  }
}
