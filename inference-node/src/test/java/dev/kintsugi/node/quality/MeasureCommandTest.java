package dev.kintsugi.node.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.Statistic;
import dev.kintsugi.core.quality.StatisticsTable;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MeasureCommandTest {

  @Test
  void clipsOfAStreamAreMeasuredAsTheGateDoes() {
    byte[] first = TestClips.moving(3, 2);
    byte[] second = TestClips.uniform(2, 0, 0, 0);
    Result result =
        measure(TestClips.join(text("a 96 64 3\n"), first, text("b/黑 96 64 2\n"), second));
    assertThat(result.exit).isZero();
    List<StatisticsTable.Row> rows = StatisticsTable.parse(result.out.lines().toList());
    assertThat(rows).extracting(StatisticsTable.Row::name).containsExactly("a", "b/黑");
    assertThat(rows.get(1).clip().value(Statistic.BRIGHTNESS)).contains(0.0);
    try (ClipMeter meter = new ClipMeter(TestClips.WIDTH, TestClips.HEIGHT, new DisFlow())) {
      meter.add(first);
      ClipStatistics direct = meter.statistics();
      assertThat(StatisticsTable.line("a", rows.get(0).clip()))
          .isEqualTo(StatisticsTable.line("a", direct));
    }
  }

  @Test
  void aStreamThatEndsEarlyOrIsNoneIsNamed() {
    assertThat(measure(Arrays.copyOf(text("a 96 64 2\n"), 20_000)).err)
        .isEqualTo("measure: a ends in frame 1 of 2");
    assertThat(measure(text("a 96 64\n")).err)
        .isEqualTo("measure: a clip begins with NAME WIDTH HEIGHT FRAMES, not a 96 64");
    assertThat(measure(text("a 0 64 2\n")).err)
        .isEqualTo("measure: width, height and frames are 1..16384, not 0");
  }

  private record Result(int exit, String out, String err) {}

  private static byte[] text(String line) {
    return line.getBytes(StandardCharsets.UTF_8);
  }

  private static Result measure(byte[] input) {
    InputStream before = System.in;
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try {
      System.setIn(new ByteArrayInputStream(input));
      int exit =
          new CommandLine(new MeasureCommand())
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute();
      return new Result(exit, out.toString(), err.toString().strip());
    } finally {
      System.setIn(before);
    }
  }
}
