package dev.kintsugi.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelRulesTest {

  private static final ModelBounds MODEL =
      new ModelBounds("wan-tiny", new Size(128, 96), 33, 40, new Size(64, 64), 17, 8, 5.0, 16);

  @Test
  void fillsInWhatWasLeftOut() {
    assertThat(resolve(Map.of("prompt", "a")))
        .isEqualTo(new Resolved("a", null, new Size(64, 64), 17, 16, 8, 5.0, null, null, 99, "1"));
  }

  @ParameterizedTest
  @CsvSource({"1,16,17,1", "2,16,33,2", "2,8,17,2", "1,15,13,1"})
  void turnsSecondsIntoFramesAndShowsThemAsAsked(int seconds, int fps, int frames, String shown) {
    Resolved resolved = resolve(Map.of("prompt", "a", "seconds", seconds, "fps", fps));
    assertThat(resolved.numFrames()).isEqualTo(frames);
    assertThat(resolved.seconds()).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({"9,0.5", "8,0.5", "17,1", "1,0", "33,2", "13,0.75"})
  void showsHowLongFramesLast(int frames, String seconds) {
    assertThat(resolve(Map.of("prompt", "a", "num_frames", frames, "seconds", 2)).seconds())
        .isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({"80,81", "81,81", "82,81", "84,85", "1,1", "2,1", "4,5"})
  void roundsFramesTo4kPlus1(int asked, int made) {
    assertThat(Frames.round(asked)).isEqualTo(made);
  }

  @Property
  void roundingStaysNearAndOnTheGrid(@ForAll @IntRange(min = 1, max = 100_000) int frames) {
    assertThat(Frames.round(frames) % 4).isEqualTo(1);
    assertThat(Math.abs(Frames.round(frames) - frames)).isLessThanOrEqualTo(2);
    assertThat(Frames.round(Frames.round(frames))).isEqualTo(Frames.round(frames));
  }

  @Test
  void refusesWhatTheModelCannotDo() {
    assertThat(problem(Map.of("prompt", "a", "size", "144x96")).message())
        .isEqualTo("size 144x96 is over the maximum of model 'wan-tiny', 128x96.");
    assertThat(problem(Map.of("prompt", "a", "num_inference_steps", 41)).message())
        .isEqualTo("'num_inference_steps' must be at most 40 for model 'wan-tiny'; got 41.");
    assertThat(problem(Map.of("prompt", "a", "num_frames", 37)).message())
        .isEqualTo("'num_frames' must be at most 33 for model 'wan-tiny'; got 37.");
    Problem seconds = problem(Map.of("prompt", "a", "seconds", 8));
    assertThat(seconds.field()).isEqualTo("seconds");
    assertThat(seconds.message()).contains("129 frames").contains("at most 33");
  }

  private static Resolved resolve(Map<String, Object> fields) {
    return ((Checked.Valid<Resolved>) ModelRules.resolve(asked(fields), MODEL, 99)).value();
  }

  private static Problem problem(Map<String, Object> fields) {
    return ((Checked.Invalid<Resolved>) ModelRules.resolve(asked(fields), MODEL, 99))
        .problems()
        .getFirst();
  }

  private static Asked asked(Map<String, Object> fields) {
    return ((Checked.Valid<Asked>) FieldRules.read(fields)).value();
  }
}
