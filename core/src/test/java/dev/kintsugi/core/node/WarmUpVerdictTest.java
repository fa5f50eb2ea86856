package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.WarmUpVerdict.Difference;
import dev.kintsugi.core.node.WarmUpVerdict.Reason;
import dev.kintsugi.core.node.WarmUpVerdict.Tolerance;
import dev.kintsugi.core.node.WarmUpVerdict.Verdict;
import dev.kintsugi.core.node.WarmUpVerdict.Verdict.Different;
import dev.kintsugi.core.node.WarmUpVerdict.Verdict.Reproduced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmUpVerdictTest {
  private static final Tolerance TOLERANCE = new Tolerance(1e-4, 1);

  @Test
  void withinToleranceIsReproduced() {
    assertThat(decide(1e-4, 1)).isInstanceOf(Reproduced.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0.00011, 0, LATENTS_DIFFER",
    "0, 2, FRAMES_DIFFER",
    "NaN, 0, NOT_FINITE",
    "0, Infinity, NOT_FINITE"
  })
  void anythingElseIsNot(double latents, double frames, Reason reason) {
    assertThat(decide(latents, frames))
        .isInstanceOfSatisfying(Different.class, d -> assertThat(d.reason()).isEqualTo(reason));
  }

  @Test
  void theSentenceNamesTheNumbers() {
    assertThat(((Different) decide(0.25, 3)).sentence())
        .isEqualTo(
            "the self-test does not reproduce its reference: latents differ by up to 0.250 (allowed"
                + " 0.000100), frames by up to 3 (allowed 1) of 255");
  }

  private static Verdict decide(double latents, double frames) {
    return WarmUpVerdict.decide(new Difference(latents, frames), TOLERANCE);
  }
}
