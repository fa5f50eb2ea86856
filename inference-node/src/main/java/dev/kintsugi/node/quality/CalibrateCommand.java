package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.Calibration;
import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.core.quality.Statistic;
import dev.kintsugi.core.quality.StatisticsTable;
import dev.kintsugi.node.Consoles;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.model.ManifestText;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code calibrate --model DIR}: makes clips with a model, measures them as the quality gate does,
 * and writes the limits that they stay within into the model's manifest.
 */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = {
      "Finds the quality gate's limits from a model's own good clips and writes them into its"
          + " manifest.",
      "Whoever runs it vouches for the clips: a model that is broken calibrates itself as broken."
    })
public final class CalibrateCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model directory (manifest.json inside).")
  private Path model = Path.of("");

  @Option(
      names = "--clips",
      paramLabel = "N",
      defaultValue = "300",
      description = "Clips to make, at least 50 (default: ${DEFAULT-VALUE}).")
  private int clips;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Prompts, one a line, # begins a comment (default: calibration.txt of the model"
              + " directory, else a built-in list).")
  private @Nullable Path prompts;

  @Option(
      names = "--shape",
      paramLabel = "WxHxF",
      description =
          "Size and frames, may be repeated: clips take turns (default: the model's own).")
  private List<String> shapes = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the first clip, the next has the next (default: ${DEFAULT-VALUE}).")
  private int seed;

  @Option(
      names = "--false-alarm-rate",
      paramLabel = "SHARE",
      defaultValue = "0.001",
      description = "Share of good clips that may be rejected (default: ${DEFAULT-VALUE}).")
  private double falseAlarmRate;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Statistics that an earlier run kept; no clip is made.")
  private @Nullable Path from;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "Where to keep the clips' statistics, for --from.")
  private @Nullable Path keep;

  @Option(names = "--dry-run", description = "Print the limits and leave the manifest as it is.")
  private boolean dryRun;

  @Option(
      names = "--flow-module",
      paramLabel = "FILE",
      defaultValue = "",
      description = "TorchScript file of the optical flow network that the node uses, if any.")
  private String flowModule = "";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "cpu or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads of a forward pass; 0: one per core.")
  private int threads;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = Consoles.out(spec);
    PrintWriter err = Consoles.err(spec);
    try {
      calibrate(out);
      return 0;
    } catch (NoSuchFileException e) {
      err.println("calibrate: " + e.getMessage() + " is missing");
      return 1;
    } catch (IOException
        | ModelLoadException
        | GenerationException
        | IllegalStateException
        | IllegalArgumentException e) {
      err.println("calibrate: " + e.getMessage());
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private void calibrate(PrintWriter out)
      throws IOException, ModelLoadException, GenerationException {
    ModelDirectory directory = ModelDirectory.open(model);
    if (clips < Calibration.LEAST_CLIPS) {
      throw new IllegalArgumentException(
          "--clips must be at least " + Calibration.LEAST_CLIPS + ", not " + clips);
    }
    List<ClipStatistics> good = from == null ? make(directory, out) : read(from);
    Calibration.Result result = Calibration.of(good, falseAlarmRate);
    print(out, result);
    if (dryRun) {
      out.println("Dry run: the manifest is as it was.");
      return;
    }
    Path manifest = directory.directory().resolve("manifest.json");
    ManifestText.replaceQuality(manifest, section(result));
    out.println("Written to " + manifest + ". A node takes them at its next start.");
  }

  private List<ClipStatistics> make(ModelDirectory directory, PrintWriter out)
      throws ModelLoadException, GenerationException, IOException {
    EngineOptions options = new EngineOptions(device, threads);
    CalibrationRun run =
        new CalibrationRun(
            directory.manifest(), CalibrationRun.prompts(prompts, directory), shapes, seed);
    try (FlowChoice flow = FlowChoice.load(flowModule, options);
        VideoModel loaded = ModelLoader.load(directory, options);
        StatisticsFile kept = StatisticsFile.create(keep)) {
      return run.make(loaded, flow, clips, kept, out);
    }
  }

  private static List<ClipStatistics> read(Path table) throws IOException {
    try {
      return StatisticsTable.parse(Files.readAllLines(table)).stream()
          .map(StatisticsTable.Row::clip)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new IOException(table + ": " + e.getMessage(), e);
    }
  }

  private Map<String, Double> section(Calibration.Result result) {
    Map<String, Double> section = result.thresholds().section();
    section.put(QualityThresholds.CALIBRATION_CLIPS, (double) result.clips());
    section.put(QualityThresholds.FALSE_ALARM_RATE, falseAlarmRate);
    section.put(
        QualityThresholds.PROVEN_FALSE_ALARM_RATE, Math.ceil(result.provenRate() * 1e5) / 1e5);
    return section;
  }

  private void print(PrintWriter out, Calibration.Result result) {
    out.printf(Locale.ROOT, "%-18s %12s %12s%n", "statistic", "worst clip", "limit");
    for (Map.Entry<Statistic, Double> limit : result.thresholds().limits().entrySet()) {
      out.printf(
          Locale.ROOT,
          "%-18s %12.3f %12.3f%n",
          limit.getKey().wireName(),
          result.worst().getOrDefault(limit.getKey(), Double.NaN),
          limit.getValue());
    }
    out.printf(
        Locale.ROOT,
        "Of good clips at most %.3g %% should be rejected, as modelled; %d clips prove %.3g %%"
            + " with 95 %% confidence.%n",
        falseAlarmRate * 100,
        result.clips(),
        result.provenRate() * 100);
  }
}
