package dev.kintsugi.core.recovery;

import static dev.kintsugi.core.recovery.RecoveryScene.FRESH;
import static dev.kintsugi.core.recovery.RecoveryScene.NOW;
import static dev.kintsugi.core.recovery.RecoveryScene.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Frames;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.RecoveryDecision.Answer;
import dev.kintsugi.core.recovery.RecoveryDecision.Reason;
import dev.kintsugi.core.recovery.RecoveryDecision.Retry;
import dev.kintsugi.core.recovery.RecoveryDecision.Skip;
import dev.kintsugi.core.recovery.RecoveryDecision.Skipped;
import dev.kintsugi.core.recovery.RecoveryDecision.Stop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoveryTest {

  @Test
  void theFirstAttemptIsAsAsked() {
    assertThat(with("a").retry().plan()).isEqualTo(Plan.asAsked(RecoveryScene.ASKED));
    assertThat(with("a").retry().reason()).isEqualTo(Reason.FIRST_ATTEMPT);
  }

  /** Every step once, in order, on two nodes that have a smaller model. */
  @Test
  void badClipsWalkDownTheWholeLadder() {
    RecoveryScene scene = new RecoveryScene();
    scene.nodes.add(RecoveryScene.liteNode("a"));
    scene.nodes.add(RecoveryScene.liteNode("b"));
    List<Rung> walked = new ArrayList<>();
    while (scene.decide() instanceof Retry retry) {
      walked.add(retry.plan().rung());
      String node = retry.plan().rung() == Rung.OTHER_NODE ? "b" : "a";
      scene.tried.add(new Tried(retry.plan(), Cause.NAN_LATENTS, node, "high", 10, 10));
      scene.blame = Attribution.MODEL_VERSION;
    }
    assertThat(walked)
        .containsExactly(
            Rung.AS_ASKED,
            Rung.NEW_SEED,
            Rung.OTHER_NODE,
            Rung.AROUND_EXPERT,
            Rung.FEWER_STEPS,
            Rung.FEWER_FRAMES,
            Rung.SMALLER_SIZE,
            Rung.LITE_MODEL,
            Rung.STILL_MOTION);
    assertThat(scene.decide())
        .isInstanceOfSatisfying(
            Answer.class,
            answer -> {
              assertThat(answer.rung()).isEqualTo(Rung.FALLBACK_CLIP);
              assertThat(answer.reason()).isEqualTo(Reason.NOTHING_LEFT);
              assertThat(answer.numbers().skipped())
                  .contains(new Skipped(Rung.CACHED_RESULT, Skip.UNAVAILABLE));
            });
    scene.cacheHit = true;
    assertThat(((Answer) scene.decide()).rung()).isEqualTo(Rung.CACHED_RESULT);
  }

  /** The first step that answers each class, with one node and with two. */
  @ParameterizedTest
  @CsvSource({
    "NAN_LATENTS, NEW_SEED, NEW_SEED",
    "BLACK_FRAMES, NEW_SEED, NEW_SEED",
    "FROZEN_FRAMES, NEW_SEED, NEW_SEED",
    "FLICKER, NEW_SEED, NEW_SEED",
    "QUALITY_LOW, NEW_SEED, NEW_SEED",
    "OOM, NEW_SEED, NEW_SEED",
    "ENCODE_FAILED, NEW_SEED, NEW_SEED",
    "INTERNAL, NEW_SEED, NEW_SEED",
    "TIMEOUT, OTHER_NODE, OTHER_NODE",
    "STALLED, OTHER_NODE, OTHER_NODE",
    "NODE_LOST, OTHER_NODE, OTHER_NODE",
    "GPU_FAULT, OTHER_NODE, OTHER_NODE",
    "WEIGHTS_CORRUPT, OTHER_NODE, OTHER_NODE",
    "MODEL_LOAD_FAILED, OTHER_NODE, OTHER_NODE",
    "UPLOAD_FAILED, OTHER_NODE, OTHER_NODE",
    "CANCELLED, OTHER_NODE, OTHER_NODE",
  })
  void theFirstStepAgainstEachClass(Cause cause, Rung alone, Rung withAnother) {
    assertThat(with("a").fails(cause, "a", null).retry().plan().rung()).isEqualTo(alone);
    assertThat(with("a", "b").fails(cause, "a", null).retry().plan().rung()).isEqualTo(withAnother);
  }

  @Test
  void aNewSeedStaysOnItsNodeForAMoment() {
    Retry retry = with("a", "b").fails(Cause.FLICKER, "a", null).retry();
    assertThat(retry.plan().seed()).isEqualTo(FRESH);
    assertThat(retry.avoid()).containsExactly("b");
    assertThat(retry.avoidUntil()).isEqualTo(retry.notBefore().plusSeconds(2));
  }

  @Test
  void theOnlyNodeIsNeverAvoided() {
    assertThat(with("a").fails(Cause.NODE_LOST, "a", null).retry().avoid()).isEmpty();
    assertThat(with("a").fails(Cause.FLICKER, "a", null).retry().avoid()).isEmpty();
  }

  @Test
  void aLostNodeIsLeftToOthersWithTheSameSeedAndItsCheckpoint() {
    RecoveryScene scene = with("a", "b").fails(Cause.NODE_LOST, "a", "high");
    scene.saved = saved(RecoveryScene.DIGEST);
    Retry retry = scene.retry();
    assertThat(retry.avoid()).containsExactly("a");
    assertThat(retry.plan().seed()).isEqualTo(7);
    assertThat(retry.plan().resume()).isEqualTo(scene.saved.checkpoint());
    // 20 of 50 steps are saved.
    assertThat(retry.numbers().predicted())
        .isCloseTo(0.6 * scene.numbersAnew(), org.assertj.core.data.Offset.offset(0.01));
  }

  @Test
  void noCheckpointOfOtherWeightsOrOfABadClipIsUsed() {
    RecoveryScene other = with("a", "b").fails(Cause.NODE_LOST, "a", null);
    other.saved = saved("other");
    assertThat(other.retry().plan().resume()).isNull();
    RecoveryScene bad = with("a", "b").fails(Cause.NAN_LATENTS, "a", null);
    bad.saved = saved(RecoveryScene.DIGEST);
    assertThat(bad.retry().plan().resume()).isNull();
  }

  @Test
  void lossesCostNoStepHoweverMany() {
    RecoveryScene scene = with("a", "b");
    for (int i = 0; i < 50; i++) {
      scene.fails(Cause.NODE_LOST, "a", null);
      scene.tried.set(i, shortened(scene.tried.get(i)));
    }
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.OTHER_NODE);
    assertThat(scene.retry().notBefore()).isEqualTo(NOW.plusSeconds(10));
  }

  @Test
  void memoryNeedsFewerTokensNotFewerSteps() {
    RecoveryScene scene = with("a").fails(Cause.OOM, "a", null).fails(Cause.OOM, "a", null);
    Retry retry = scene.retry();
    assertThat(retry.plan().rung()).isEqualTo(Rung.FEWER_FRAMES);
    assertThat(retry.plan().frames()).isEqualTo(9);
    assertThat(retry.plan().steps()).isEqualTo(50);
    assertThat(retry.numbers().skipped())
        .containsExactly(
            new Skipped(Rung.NEW_SEED, Skip.TRIED),
            new Skipped(Rung.OTHER_NODE, Skip.UNAVAILABLE),
            new Skipped(Rung.AROUND_EXPERT, Skip.DOES_NOT_HELP),
            new Skipped(Rung.FEWER_STEPS, Skip.DOES_NOT_HELP));
  }

  @Test
  void aBadInputIsNotTriedAgainAsItWas() {
    RecoveryScene scene = with("a", "b", "c").fails(Cause.NAN_LATENTS, "a", "high");
    scene.fails(Cause.NAN_LATENTS, "b", "high");
    assertThat(scene.blame).isEqualTo(Attribution.INPUT);
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.AROUND_EXPERT);
  }

  @Test
  void theExpertThatFailedIsAvoidedUnlessTheOtherOneIsSickToo() {
    RecoveryScene scene = with().ladder(Rung.AROUND_EXPERT, Rung.FEWER_STEPS, Rung.FALLBACK_CLIP);
    scene.nodes.add(RecoveryScene.node("a", Set.of("high")));
    scene.fails(Cause.NAN_LATENTS, "a", "high");
    assertThat(scene.retry().plan().avoidExpert()).isEqualTo("high");
    scene.nodes.set(0, RecoveryScene.node("a", Set.of("high", "low")));
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.FEWER_STEPS);
  }

  /** A full attempt is predicted to take 57.5 s, half the steps 28.75 s, and so on. */
  @ParameterizedTest
  @CsvSource({
    "600, AS_ASKED, 50, 17, 160x96",
    "67, AS_ASKED, 50, 17, 160x96",
    "66, FEWER_STEPS, 25, 17, 160x96",
    "34, FEWER_FRAMES, 25, 9, 160x96",
    "16, SMALLER_SIZE, 25, 17, 96x64",
    "10, SMALLER_SIZE, 25, 9, 96x64",
    "7, STILL_MOTION, 25, 17, 160x96",
    "5, STILL_MOTION, 25, 17, 96x64",
  })
  void aShortDeadlineChoosesALowerStepAtOnce(
      long seconds, Rung rung, int steps, int frames, String size) {
    Retry retry = with("a").left(Duration.ofSeconds(seconds)).retry();
    assertThat(retry.plan().rung()).isEqualTo(rung);
    assertThat(retry.plan().steps()).isEqualTo(steps);
    assertThat(retry.plan().frames()).isEqualTo(frames);
    assertThat(retry.plan().size()).isEqualTo(Size.parse(size).orElseThrow());
    assertThat(retry.reason())
        .isEqualTo(rung == Rung.AS_ASKED ? Reason.FIRST_ATTEMPT : Reason.LITTLE_TIME);
  }

  @Test
  void nothingIsTriedPastTheDeadline() {
    RecoveryScene scene = with("a").left(Duration.ofSeconds(-5));
    assertThat(((Answer) scene.decide()).rung()).isEqualTo(Rung.FALLBACK_CLIP);
    assertThat(scene.decide().reason()).isEqualTo(Reason.DEADLINE_PASSED);
    assertThat(scene.ladder().decide()).isInstanceOf(Stop.class);
  }

  @Test
  void whoeverLeftGetsNothing() {
    RecoveryScene scene = with("a").fails(Cause.NODE_LOST, "a", null);
    scene.gone = true;
    scene.cacheHit = true;
    assertThat(scene.decide())
        .isInstanceOfSatisfying(
            Stop.class, stop -> assertThat(stop.reason()).isEqualTo(Reason.CANCELLED));
  }

  @Test
  void withoutALadderOnlyLossesAreTriedAgain() {
    RecoveryScene scene = with("a").ladder();
    assertThat(scene.fails(Cause.NODE_LOST, "a", null).retry().plan().rung())
        .isEqualTo(Rung.OTHER_NODE);
    scene.fails(Cause.OOM, "a", null);
    assertThat(scene.decide().reason()).isEqualTo(Reason.NOTHING_LEFT);
    assertThat(scene.decide()).isInstanceOf(Stop.class);
  }

  @Test
  void theGpuSecondsOfAJobAreBounded() {
    RecoveryScene scene = with("a", "b");
    Plan plan = Plan.asAsked(RecoveryScene.ASKED);
    scene.tried.add(new Tried(plan, Cause.FLICKER, "a", null, 50, 340));
    scene.blame = Attribution.MODEL_VERSION;
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.SMALLER_SIZE);
    scene.tried.add(new Tried(plan, Cause.FLICKER, "a", null, 50, 60));
    assertThat(scene.decide().reason()).isEqualTo(Reason.GPU_SECONDS_EXHAUSTED);
  }

  @Test
  void theSmallerModelIsAskedForNoMoreThanItCan() {
    RecoveryScene scene = new RecoveryScene().ladder(Rung.LITE_MODEL);
    scene.nodes.add(RecoveryScene.node("a", Set.of()));
    scene.nodes.add(
        new NodeFacts(
            "b",
            true,
            true,
            "d",
            Map.of(),
            new NodeFacts.Lite(new Size(96, 96), 9, 20, Map.of("96x48x9", 0.1)),
            Set.of()));
    Retry retry = scene.fails(Cause.OOM, "a", null).retry();
    assertThat(retry.plan().size()).isEqualTo(new Size(96, 48));
    assertThat(retry.plan().frames()).isEqualTo(9);
    assertThat(retry.plan().steps()).isEqualTo(20);
    assertThat(retry.plan().lite()).isTrue();
    assertThat(retry.avoid()).containsExactly("a");
    assertThat(retry.avoidUntil()).isEqualTo(NOW.plus(scene.left));
  }

  /** Nobody is left to take the steps: only the smaller model can do anything at all. */
  @Test
  void withBothExpertsQuarantinedTheSmallerModelIsNext() {
    RecoveryScene scene = new RecoveryScene();
    NodeFacts lite = RecoveryScene.liteNode("a");
    scene.nodes.add(
        new NodeFacts(
            "a", true, false, "d", lite.stepSeconds(), lite.lite(), Set.of("high", "low")));
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.LITE_MODEL);
    assertThat(scene.retry().reason()).isEqualTo(Reason.NO_NODE_ABLE);
    assertThat(scene.retry().numbers().skipped())
        .contains(
            new Skipped(Rung.AS_ASKED, Skip.UNAVAILABLE),
            new Skipped(Rung.FEWER_STEPS, Skip.UNAVAILABLE));
    scene.nodes.add(RecoveryScene.node("b", Set.of()));
    assertThat(scene.retry().plan().rung()).isEqualTo(Rung.AS_ASKED);
  }

  @Test
  void sizesOfTheFieldBecomeTheNextClass() {
    assertThat(Reductions.smaller(new Size(1280, 720))).isEqualTo(new Size(848, 480));
    assertThat(Reductions.smaller(new Size(32, 32))).isEqualTo(new Size(32, 32));
    assertThat(Frames.half(81)).isEqualTo(41);
    assertThat(Frames.half(17)).isEqualTo(9);
    assertThat(Frames.half(1)).isEqualTo(1);
    assertThat(Reductions.halfSteps(50)).isEqualTo(25);
  }

  private static Situation.Saved saved(String digest) {
    return new Situation.Saved(
        new Plan.Checkpoint(20, "c", digest), Plan.asAsked(RecoveryScene.ASKED));
  }

  private static Tried shortened(Tried t) {
    return new Tried(t.plan(), t.cause(), t.node(), t.expert(), t.step(), 0.1);
  }
}
