package dev.kintsugi.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Attribution.Reason;
import dev.kintsugi.core.recovery.Attribution.Surroundings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttributionTest {

  private static final Surroundings QUIET = new Surroundings(1, 1, 1, 5, 8);

  @ParameterizedTest
  @EnumSource(Cause.class)
  void aFirstFailureIsBlamedByItsClass(Cause cause) {
    Attribution expected =
        switch (cause) {
          case GPU_FAULT, OOM -> Attribution.GPU;
          case NAN_LATENTS, BLACK_FRAMES, FROZEN_FRAMES, FLICKER, QUALITY_LOW ->
              Attribution.MODEL_VERSION;
          default -> Attribution.NODE;
        };
    Attribution.Verdict verdict = Attribution.decide(List.of(failed(cause, "a", 7)), QUIET);
    assertThat(verdict.attribution()).isEqualTo(expected);
    assertThat(verdict.reason()).isEqualTo(Reason.CLASS);
  }

  static Stream<Arguments> evidence() {
    return Stream.of(
        // The same input fails on several nodes with different seeds.
        Arguments.of(
            List.of(failed(Cause.NAN_LATENTS, "a", 7), failed(Cause.NAN_LATENTS, "b", 8)),
            QUIET,
            Attribution.INPUT,
            Reason.FAILS_EVERYWHERE),
        // One seed on two nodes proves nothing about the prompt.
        Arguments.of(
            List.of(failed(Cause.NAN_LATENTS, "a", 7), failed(Cause.NAN_LATENTS, "b", 7)),
            QUIET,
            Attribution.MODEL_VERSION,
            Reason.CLASS),
        // Two seeds on one node neither.
        Arguments.of(
            List.of(failed(Cause.FLICKER, "a", 7), failed(Cause.FLICKER, "a", 8)),
            QUIET,
            Attribution.MODEL_VERSION,
            Reason.CLASS),
        // Memory does not depend on the seed.
        Arguments.of(
            List.of(failed(Cause.OOM, "a", 7), failed(Cause.OOM, "b", 7)),
            QUIET,
            Attribution.INPUT,
            Reason.FAILS_EVERYWHERE),
        // Many inputs fail only on this node.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7)),
            new Surroundings(3, 3, 1, 4, 4),
            Attribution.NODE,
            Reason.NODE_FAILS_ALONE),
        // Nothing succeeds elsewhere: it need not be the node.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7)),
            new Surroundings(3, 3, 1, 0, 0),
            Attribution.MODEL_VERSION,
            Reason.CLASS),
        // Many inputs fail on many nodes.
        Arguments.of(
            List.of(failed(Cause.OOM, "a", 7)),
            new Surroundings(2, 4, 2, 1, 2),
            Attribution.MODEL_VERSION,
            Reason.REVISION_FAILS),
        // Where nearly all inputs fail, failing everywhere says nothing of one.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7), failed(Cause.BLACK_FRAMES, "b", 8)),
            new Surroundings(20, 46, 2, 2, 5),
            Attribution.MODEL_VERSION,
            Reason.REVISION_FAILS),
        // Many bad prompts are no bad revision while others go well.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7), failed(Cause.BLACK_FRAMES, "b", 8)),
            new Surroundings(20, 45, 2, 2, 5),
            Attribution.INPUT,
            Reason.FAILS_EVERYWHERE),
        // Who tries the same again and again shows nothing of the version.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7), failed(Cause.BLACK_FRAMES, "b", 8)),
            new Surroundings(20, 46, 1, 2, 2, 0),
            Attribution.INPUT,
            Reason.FAILS_EVERYWHERE),
        // A few that are tried first are too few to tell.
        Arguments.of(
            List.of(failed(Cause.BLACK_FRAMES, "a", 7), failed(Cause.BLACK_FRAMES, "b", 8)),
            new Surroundings(5, 9, 2, 0, 0),
            Attribution.INPUT,
            Reason.FAILS_EVERYWHERE),
        // A bad file on one node is the node's, on two it was delivered so.
        Arguments.of(
            List.of(failed(Cause.WEIGHTS_CORRUPT, "a", 7)),
            new Surroundings(1, 2, 2, 0, 0),
            Attribution.MODEL_VERSION,
            Reason.CLASS),
        // Lost nodes never count against anything but nodes.
        Arguments.of(
            List.of(failed(Cause.NODE_LOST, "a", 7), failed(Cause.NODE_LOST, "b", 8)),
            new Surroundings(5, 9, 3, 0, 0),
            Attribution.NODE,
            Reason.CLASS));
  }

  @ParameterizedTest
  @MethodSource("evidence")
  void evidenceOutweighsTheClass(
      List<Tried> tried, Surroundings around, Attribution expected, Reason reason) {
    Attribution.Verdict verdict = Attribution.decide(tried, around);
    assertThat(verdict.attribution()).isEqualTo(expected);
    assertThat(verdict.reason()).isEqualTo(reason);
  }

  @Test
  void theNumbersAreTold() {
    Attribution.Verdict verdict =
        Attribution.decide(
            List.of(failed(Cause.FLICKER, "a", 1), failed(Cause.FLICKER, "b", 2)),
            new Surroundings(2, 3, 1, 4, 5));
    assertThat(verdict)
        .isEqualTo(new Attribution.Verdict(Attribution.INPUT, Reason.FAILS_EVERYWHERE, 2, 2, 2, 3));
  }

  private static Tried failed(Cause cause, String node, int seed) {
    Plan plan = Plan.asAsked(new Plan.Asked(new Size(160, 96), 17, 50, seed));
    return new Tried(plan, cause, node, null, 1, 1);
  }
}
