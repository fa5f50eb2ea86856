package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.CheckpointMatch.Decision;
import dev.kintsugi.core.node.CheckpointMatch.Difference;
import dev.kintsugi.core.node.CheckpointMatch.Part;
import dev.kintsugi.core.node.CheckpointMatch.Run;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointMatchTest {
  private static final Run HELD =
      new Run("wan", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1");

  @Test
  void theSameRunGoesOnAfterTheStep() {
    assertThat(CheckpointMatch.decide(HELD, HELD, 20)).isEqualTo(new Decision.Resume(20));
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of(
            Part.WEIGHTS,
            new Run("wan", "w2", "unipc", 50, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1"),
            "wan@w2"),
        Arguments.of(
            Part.WEIGHTS,
            new Run("lite", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1"),
            "lite@w1"),
        Arguments.of(
            Part.SCHEDULER,
            new Run("wan", "w1", "euler", 50, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1"),
            "euler"),
        Arguments.of(
            Part.STEPS,
            new Run("wan", "w1", "unipc", 25, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1"),
            "25"),
        Arguments.of(
            Part.FLOW_SHIFT,
            new Run("wan", "w1", "unipc", 50, 5, 4, 3, 1280, 720, 81, 7, "p1", "n1"),
            "5.0"),
        Arguments.of(
            Part.GUIDANCE,
            new Run("wan", "w1", "unipc", 50, 3, 1, 3, 1280, 720, 81, 7, "p1", "n1"),
            "1.0"),
        Arguments.of(
            Part.GUIDANCE_2,
            new Run("wan", "w1", "unipc", 50, 3, 4, 1, 1280, 720, 81, 7, "p1", "n1"),
            "1.0"),
        Arguments.of(
            Part.SIZE,
            new Run("wan", "w1", "unipc", 50, 3, 4, 3, 720, 1280, 81, 7, "p1", "n1"),
            "720x1280"),
        Arguments.of(
            Part.FRAMES,
            new Run("wan", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 41, 7, "p1", "n1"),
            "41"),
        Arguments.of(
            Part.SEED,
            new Run("wan", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 81, 8, "p1", "n1"),
            "8"),
        Arguments.of(
            Part.PROMPT,
            new Run("wan", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 81, 7, "p2", "n1"),
            "p2"),
        Arguments.of(
            Part.NEGATIVE_PROMPT,
            new Run("wan", "w1", "unipc", 50, 3, 4, 3, 1280, 720, 81, 7, "p1", "n2"),
            "n2"));
  }

  @ParameterizedTest
  @MethodSource("others")
  void whatDiffersIsNamedWithBothValues(Part part, Run asked, String value) {
    Decision.Refuse refuse = (Decision.Refuse) CheckpointMatch.decide(asked, HELD, 20);
    assertThat(refuse.differences()).extracting(Difference::part).containsExactly(part);
    assertThat(refuse.differences().getFirst().asked()).isEqualTo(value);
    assertThat(refuse.describe()).startsWith(part.field() + " is ").endsWith("asked is " + value);
  }

  @Test
  void everyPartIsCompared() {
    assertThat(others().map(a -> a.get()[0]).distinct().toList())
        .containsExactlyElementsOf(Arrays.asList((Object[]) Part.values()));
  }

  @Test
  void allDifferencesAreToldAtOnce() {
    Run other = new Run("wan", "w2", "euler", 25, 3, 4, 3, 1280, 720, 81, 7, "p1", "n1");
    Decision.Refuse refuse = (Decision.Refuse) CheckpointMatch.decide(other, HELD, 20);
    assertThat(refuse.differences())
        .extracting(Difference::part)
        .isEqualTo(List.of(Part.WEIGHTS, Part.SCHEDULER, Part.STEPS));
  }
}
