package dev.kintsugi.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.admission.Problem.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FieldRulesTest {

  @Test
  void readsNumbersAndTextAlike() {
    Map<String, Object> numbers =
        Map.of("prompt", "a cat", "seconds", 2, "guidance_scale", 4.5, "seed", 7L, "fps", 8.0);
    Map<String, Object> text =
        Map.of("prompt", "a cat", "seconds", "2", "guidance_scale", "4.5", "seed", "7", "fps", "8");
    assertThat(valid(numbers)).isEqualTo(valid(text));
    assertThat(valid(numbers).seconds()).isEqualTo(2);
    assertThat(valid(numbers).priority()).isEqualTo("standard");
  }

  @Test
  void countsPromptsInCodePoints() {
    String clef = "\uD834\uDD1E";
    assertThat(valid(Map.of("prompt", clef.repeat(512))).prompt()).hasSize(1024);
    assertThat(problems(Map.of("prompt", clef.repeat(513))))
        .containsExactly(
            new Problem(
                "prompt",
                Reason.TOO_LONG,
                "'prompt' must be at most 512 characters long; got 513."));
  }

  @Test
  void aLongPromptIsReadOnlyWithNestedBrackets() {
    String nested = "（a【b】）";
    assertThat(valid(Map.of("prompt", nested + "x".repeat(600))).prompt()).hasSize(606);
    assertThat(problems(Map.of("prompt", "(a)[b]" + "x".repeat(600))))
        .extracting(Problem::message)
        .containsExactly("'prompt' must be at most 512 characters long; got 606.");
    assertThat(valid(Map.of("prompt", nested + "x".repeat(2042))).prompt()).hasSize(2048);
    assertThat(problems(Map.of("prompt", nested + "x".repeat(2043))))
        .containsExactly(
            new Problem(
                "prompt",
                Reason.TOO_LONG,
                "'prompt' must be at most 2048 characters long; got 2049."));
    assertThat(problems(Map.of("prompt", "a", "negative_prompt", nested + "x".repeat(600))))
        .extracting(Problem::reason)
        .containsExactly(Reason.TOO_LONG);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("seconds", 0, Reason.INVALID, "'seconds' must be between 1 and 600; got 0."),
        Arguments.of(
            "seconds", "four", Reason.INVALID, "'seconds' must be a whole number; got 'four'."),
        Arguments.of("seconds", 1.5, Reason.INVALID, "'seconds' must be a whole number; got 1.5."),
        Arguments.of("fps", 61, Reason.INVALID, "'fps' must be between 1 and 60; got 61."),
        Arguments.of(
            "num_frames", -3, Reason.INVALID, "'num_frames' must be between 1 and 10000; got -3."),
        Arguments.of(
            "num_inference_steps",
            201,
            Reason.INVALID,
            "'num_inference_steps' must be between 1 and 200; got 201."),
        Arguments.of(
            "guidance_scale",
            20.5,
            Reason.INVALID,
            "'guidance_scale' must be between 0.0 and 20.0; got 20.5."),
        Arguments.of(
            "guidance_scale_2",
            "NaN",
            Reason.INVALID,
            "'guidance_scale_2' must be a number; got 'NaN'."),
        Arguments.of(
            "flow_shift", 0, Reason.INVALID, "'flow_shift' must be between 0.01 and 20.0; got 0."),
        Arguments.of(
            "seed",
            2147483648L,
            Reason.INVALID,
            "'seed' must be between 0 and 2147483647; got 2147483648."),
        Arguments.of("seed", true, Reason.INVALID, "'seed' must be a whole number; got true."),
        Arguments.of(
            "priority",
            "urgent",
            Reason.INVALID,
            "'priority' must be one of realtime, standard, batch; got 'urgent'."),
        Arguments.of(
            "size",
            "big",
            Reason.BAD_SIZE,
            "'size' must be WIDTHxHEIGHT in pixels, such as 832x480; got 'big'."),
        Arguments.of(
            "size",
            "100x64",
            Reason.BAD_SIZE,
            "width and height must be multiples of 16; got 100x64."),
        Arguments.of("size", 64, Reason.INVALID, "'size' must be a string."),
        Arguments.of(
            "negative_prompt", List.of("x"), Reason.INVALID, "'negative_prompt' must be a string."),
        Arguments.of(
            "user", "a\u0000b", Reason.INVALID, "'user' contains a NUL or an unpaired surrogate."),
        Arguments.of(
            "user", "\uD800", Reason.INVALID, "'user' contains a NUL or an unpaired surrogate."),
        Arguments.of(
            "input_reference",
            Map.of("file_id", "x"),
            Reason.UNSUPPORTED,
            "'input_reference' is not supported: this server makes video from text only."),
        Arguments.of(
            "num_frame",
            17,
            Reason.UNSUPPORTED,
            "Unknown parameter 'num_frame'. Did you mean 'num_frames'?"),
        Arguments.of("zzz", 17, Reason.UNSUPPORTED, "Unknown parameter 'zzz'."));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void refusesByName(String field, Object value, Reason reason, String message) {
    assertThat(problems(Map.of("prompt", "a cat", field, value)))
        .containsExactly(new Problem(field, reason, message));
  }

  @Test
  void requiresAPromptThatSaysSomething() {
    Problem missing =
        new Problem("prompt", Reason.MISSING, "'prompt' is required and must not be blank.");
    assertThat(problems(Map.of())).containsExactly(missing);
    assertThat(problems(Map.of("prompt", " \n"))).containsExactly(missing);
    assertThat(problems(Map.of("prompt", 5)))
        .containsExactly(new Problem("prompt", Reason.INVALID, "'prompt' must be a string."));
  }

  @Test
  void findsEveryProblemAtOnce() {
    assertThat(problems(Map.of("seconds", 0, "seed", -1, "size", "x")))
        .extracting(Problem::field)
        .containsExactlyInAnyOrder("prompt", "seconds", "seed", "size");
  }

  @Test
  void takesWidthAndHeightOnlyTogether() {
    assertThat(valid(Map.of("prompt", "a", "width", 64, "height", 32)).size())
        .isEqualTo(new Size(64, 32));
    assertThat(problems(Map.of("prompt", "a", "width", 64)))
        .containsExactly(
            new Problem("height", Reason.MISSING, "'width' and 'height' must be given together."));
  }

  @Test
  void ignoresWhatCannotMatterAndWhatIsNull() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("prompt", "a");
    fields.put("true_cfg_scale", 3);
    fields.put("input_reference", null);
    fields.put("seed", null);
    assertThat(valid(fields).seed()).isNull();
  }

  @Property
  void neverFails(@ForAll Map<String, Object> fields, @ForAll String prompt) {
    Map<String, Object> all = new HashMap<>(fields);
    all.put("prompt", prompt);
    Checked<Asked> checked = FieldRules.read(all);
    if (checked instanceof Checked.Valid<Asked>(Asked asked)) {
      assertThat(asked.prompt().codePointCount(0, asked.prompt().length())).isBetween(1, 512);
      assertThat(asked.prompt()).doesNotContain("\u0000");
    }
  }

  @Property
  void readsEveryWholeNumberWithinItsBounds(@ForAll int number) {
    Checked<Asked> asText = FieldRules.read(Map.of("prompt", "a", "seed", "" + number));
    Checked<Asked> asNumber = FieldRules.read(Map.of("prompt", "a", "seed", number));
    assertThat(asText instanceof Checked.Valid).isEqualTo(number >= 0);
    assertThat(asNumber instanceof Checked.Valid).isEqualTo(number >= 0);
    if (asText instanceof Checked.Valid<Asked>(Asked asked)) {
      assertThat(asked.seed()).isEqualTo(number);
    }
  }

  private static Asked valid(Map<String, Object> fields) {
    Checked<Asked> checked = FieldRules.read(fields);
    assertThat(checked).isInstanceOf(Checked.Valid.class);
    return ((Checked.Valid<Asked>) checked).value();
  }

  private static List<Problem> problems(Map<String, Object> fields) {
    Checked<Asked> checked = FieldRules.read(fields);
    assertThat(checked).isInstanceOf(Checked.Invalid.class);
    return ((Checked.Invalid<Asked>) checked).problems();
  }
}
