package dev.kintsugi.core.ledger;

import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.COMPLETED;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.COMPLETED_WITHOUT_FAULT;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.MACHINE_FAILED;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.NOT_RUN;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.OTHER_FAILURE;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.OTHER_WEIGHTS;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.SAME_CLASS_ELSEWHERE;
import static dev.kintsugi.core.ledger.ReplayVerdict.Reason.SAME_FAILURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ledger.ReplayVerdict.Inconclusive;
import dev.kintsugi.core.ledger.ReplayVerdict.NotReproduced;
import dev.kintsugi.core.ledger.ReplayVerdict.Outcome;
import dev.kintsugi.core.ledger.ReplayVerdict.Outcome.Completed;
import dev.kintsugi.core.ledger.ReplayVerdict.Outcome.Failed;
import dev.kintsugi.core.ledger.ReplayVerdict.Outcome.NotRun;
import dev.kintsugi.core.ledger.ReplayVerdict.Reproduced;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReplayVerdictTest {

  private static final Failed NAN = failed("NAN_LATENTS", "denoising", "high", 10, 50, "d1");

  static Stream<Arguments> pairs() {
    Failed planted = new Failed("NAN_LATENTS", "denoising", "high", 10, 50, "d1", true);
    Failed unknown = failed("NAN_LATENTS", null, null, 0, 0, "");
    Failed lost = failed("NODE_LOST", "denoising", "low", 3, 4, "");
    Failed gone = failed("NODE_LOST", null, null, 0, 0, "");
    return Stream.of(
        Arguments.of(NAN, NAN, new Reproduced(SAME_FAILURE, 0)),
        Arguments.of(
            NAN,
            failed("NAN_LATENTS", "denoising", "high", 15, 50, "d1"),
            new Reproduced(SAME_FAILURE, 5)),
        Arguments.of(
            NAN,
            failed("NAN_LATENTS", "denoising", "high", 16, 50, "d1"),
            new Reproduced(SAME_CLASS_ELSEWHERE, 6)),
        Arguments.of(
            NAN,
            failed("NAN_LATENTS", "denoising", "low", 10, 50, "d1"),
            new Reproduced(SAME_CLASS_ELSEWHERE, 0)),
        Arguments.of(
            NAN,
            failed("NAN_LATENTS", "decoding", "high", 10, 50, "d1"),
            new Reproduced(SAME_CLASS_ELSEWHERE, 0)),
        Arguments.of(unknown, NAN, new Reproduced(SAME_FAILURE, 0)),
        Arguments.of(lost, lost, new Reproduced(SAME_FAILURE, 0)),
        Arguments.of(gone, gone, new Inconclusive(MACHINE_FAILED)),
        Arguments.of(lost, gone, new Inconclusive(MACHINE_FAILED)),
        Arguments.of(
            lost,
            failed("NODE_LOST", "denoising", "low", 1, 4, ""),
            new Inconclusive(MACHINE_FAILED)),
        Arguments.of(NAN, new Completed("d1"), new NotReproduced(COMPLETED)),
        Arguments.of(NAN, new Completed(""), new NotReproduced(COMPLETED)),
        Arguments.of(planted, new Completed("d1"), new NotReproduced(COMPLETED_WITHOUT_FAULT)),
        Arguments.of(NAN, new Completed("d2"), new Inconclusive(OTHER_WEIGHTS)),
        Arguments.of(
            NAN,
            failed("NAN_LATENTS", "denoising", "high", 10, 50, "d2"),
            new Inconclusive(OTHER_WEIGHTS)),
        Arguments.of(
            NAN, failed("OOM", "denoising", "high", 10, 50, "d1"), new Inconclusive(OTHER_FAILURE)),
        Arguments.of(
            NAN, failed("NODE_LOST", null, null, 0, 0, ""), new Inconclusive(MACHINE_FAILED)),
        Arguments.of(
            NAN, failed("CANCELLED", null, null, 0, 0, ""), new Inconclusive(MACHINE_FAILED)),
        Arguments.of(NAN, new NotRun(), new Inconclusive(NOT_RUN)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void compares(Failed original, Outcome again, ReplayVerdict verdict) {
    assertThat(ReplayVerdict.decide(original, again)).isEqualTo(verdict);
  }

  private static Failed failed(
      String failureClass,
      @Nullable String stage,
      @Nullable String expert,
      int step,
      int steps,
      String digest) {
    return new Failed(failureClass, stage, expert, step, steps, digest, false);
  }
}
