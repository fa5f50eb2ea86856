package dev.kintsugi.node.quality;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.core.quality.Statistic;
import dev.kintsugi.core.quality.StatisticsTable;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.TestModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CalibrateCommandTest {
  @TempDir private Path folder;
  private Path model;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void copyTheModel() throws IOException {
    model = TestModels.copy("wan-tiny", folder);
  }

  @Test
  void clipsAreMadeMeasuredAndTheirLimitsWritten() throws Exception {
    TestModels.edit(model, m -> ((ObjectNode) m.get("defaults")).put("num_inference_steps", 2));
    String digest = ModelDirectory.open(model).digest();
    Path kept = folder.resolve("kept.csv");
    Result result =
        calibrate("--clips", "50", "--shape", "96x64x5", "--threads", "1", "--keep", kept + "");
    assertThat(result.err).isEmpty();
    assertThat(result.exit).isZero();
    assertThat(result.out).contains("10 of 50 clips", "50 of 50 clips", "Written to " + model);

    ModelDirectory calibrated = ModelDirectory.open(model);
    assertThat(calibrated.digest()).isEqualTo(digest);
    Map<String, Double> section = calibrated.manifest().quality();
    assertThat(section)
        .containsEntry("calibration_clips", 50.0)
        .containsEntry("false_alarm_rate", 0.001)
        .containsEntry("proven_false_alarm_rate", 0.05816);
    assertThat(QualityThresholds.of(section).limits()).hasSize(Statistic.values().length);
    assertThat(StatisticsTable.parse(Files.readAllLines(kept))).hasSize(50);

    String before = Files.readString(model.resolve("manifest.json"));
    Result again = calibrate("--from", kept.toString());
    assertThat(again.exit).isZero();
    assertThat(model.resolve("manifest.json"))
        .as("statistics that were kept give nearly the limits of the clips")
        .content()
        .hasSizeBetween(before.length() - 20, before.length() + 20);
  }

  @Test
  void aDryRunLeavesTheManifestAsItWas() throws IOException {
    String before = Files.readString(model.resolve("manifest.json"));
    Result result = calibrate("--dry-run", "--from", table(60).toString());
    assertThat(result.exit).isZero();
    assertThat(result.out).contains("brightness").contains("60 clips prove 4.87 %");
    assertThat(model.resolve("manifest.json")).hasContent(before);
  }

  @ParameterizedTest
  @CsvSource({
    "--clips,10,'--clips must be at least 50, not 10'",
    "--shape,160x96,'--shape must be like 160x96x17, not 160x96'",
    "--seed,-1,'--seed must not be negative, not -1'",
    "--from,/none.csv,/none.csv is missing",
    "--prompts,/none.txt,/none.txt is missing",
    "--flow-module,/none.pt,the flow module /none.pt is missing",
    "--device,tpu,'device must be cpu or cuda:N, not tpu'",
  })
  void whatIsWrongIsSaidInOneLine(String option, String value, String message) {
    Result result = calibrate(option, value);
    assertThat(result.exit).isEqualTo(1);
    assertThat(result.err.strip()).isEqualTo("calibrate: " + message);
  }

  @Test
  void aRateThatIsNoneAndATableThatIsNoneAreNamed() throws IOException {
    Path table = table(60);
    assertThat(calibrate("--from", table.toString(), "--false-alarm-rate", "1").err.strip())
        .isEqualTo("calibrate: the false alarm rate must be over 0 and under 0.5, not 1.0");
    Path wrong = Files.writeString(folder.resolve("wrong.csv"), "a,b\n");
    assertThat(calibrate("--from", wrong.toString()).err.strip())
        .startsWith("calibrate: " + wrong + ": line 1 must be clip,brightness,");
    assertThat(calibrate("--from", table(20).toString()).err.strip())
        .isEqualTo("calibrate: at least 50 good clips are needed, not 20");
  }

  @Test
  void aFlawedModelIsNotCalibrated() throws IOException {
    Files.delete(model.resolve("vae.pt"));
    assertThat(calibrate("--clips", "50").err.strip())
        .isEqualTo("calibrate: " + model.resolve("vae.pt") + " is missing");
  }

  private Path table(int clips) throws IOException {
    List<String> lines = new ArrayList<>(List.of(StatisticsTable.header()));
    for (int i = 0; i < clips; i++) {
      lines.add(i + ",200,5" + i % 10 + ",3,0,0,0,1,1,90,2" + i % 10 + ",0.9,0.4,0.3,4");
    }
    return Files.write(folder.resolve(clips + ".csv"), lines);
  }

  private Result calibrate(String... args) {
    List<String> all = new ArrayList<>(List.of("--model", model.toString()));
    all.addAll(List.of(args));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new CalibrateCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }
}
