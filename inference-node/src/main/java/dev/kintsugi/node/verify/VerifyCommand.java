package dev.kintsugi.node.verify;

import dev.kintsugi.node.Consoles;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelLoadException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
 * {@code verify --model DIR [--golden DIR]}: checks every file of a model against its manifest,
 * then repeats reference runs and prints the largest difference of each stage. Exit status 0 within
 * the model's tolerance, 1 otherwise, with one line that says what is wrong.
 */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = "Checks a model's files and compares it with reference runs.")
public final class VerifyCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model directory (manifest.json inside).")
  private Path model = Path.of("");

  @Option(
      names = "--golden",
      paramLabel = "DIR",
      description = "Reference runs (golden.json inside); default: the model's own self-test.")
  private @Nullable Path golden;

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
    Map<String, ReplayableModel> models = new LinkedHashMap<>();
    try {
      return verify(out, err, models);
    } catch (ModelLoadException | GoldenException | IllegalArgumentException e) {
      err.println("verify: " + e.getMessage());
      return 1;
    } finally {
      models.values().forEach(ReplayableModel::close);
      out.flush();
      err.flush();
    }
  }

  private int verify(PrintWriter out, PrintWriter err, Map<String, ReplayableModel> models)
      throws ModelLoadException, GoldenException {
    EngineOptions options = new EngineOptions(device, threads);
    ModelDirectory directory = ModelDirectory.open(model);
    out.printf(
        "%s %s: %d files as the manifest says, digest %s%n",
        directory.manifest().name(),
        directory.manifest().version(),
        directory.manifest().files().size(),
        directory.digest());
    GoldenFolder folder = GoldenFolder.read(golden == null ? directory.selfTest() : golden);
    models.put(directory.manifest().name(), ModelLoader.load(directory, options));
    List<String> problems = new ArrayList<>();
    out.printf(
        "%-12s %-16s %8s %10s %10s %8s %8s%n",
        "run", "model", "tokens", "text", "latents", "frames", "seconds");
    for (Map.Entry<String, GoldenFolder.Run> run : folder.asked().runs().entrySet()) {
      ReplayableModel made = modelOf(run.getValue().model(), models, options);
      problems.addAll(repeat(out, folder, run.getKey(), made));
    }
    problems.forEach(p -> err.println("verify: " + p));
    if (problems.isEmpty()) {
      out.printf("%d runs match%n", folder.asked().runs().size());
    }
    return problems.isEmpty() ? 0 : 1;
  }

  private ReplayableModel modelOf(
      String name, Map<String, ReplayableModel> models, EngineOptions options)
      throws ModelLoadException, GoldenException {
    ReplayableModel known = models.get(name);
    if (known != null) {
      return known;
    }
    Path beside = model.toAbsolutePath().normalize().resolveSibling(name);
    if (!Files.isDirectory(beside)) {
      throw new GoldenException(
          "a run was made with model " + name + ", which is not beside --model: " + beside);
    }
    ReplayableModel loaded = ModelLoader.load(beside, options);
    models.put(name, loaded);
    return loaded;
  }

  private static List<String> repeat(
      PrintWriter out, GoldenFolder folder, String run, ReplayableModel made)
      throws GoldenException {
    long start = System.nanoTime();
    List<StageDifference> stages;
    try {
      stages = new GoldenCheck(made).repeat(folder, run);
    } catch (GenerationException e) {
      return List.of(run + ": " + e.failureClass() + ": " + e.getMessage());
    }
    out.printf(
        Locale.ROOT,
        "%-12s %-16s %8s %10.2g %10.2g %8.0f %8.2f%n",
        run,
        made.manifest().name(),
        stages.get(0).within() ? "equal" : "differ",
        stages.get(1).largest(),
        stages.get(2).largest(),
        stages.get(3).largest(),
        (System.nanoTime() - start) / 1e9);
    out.flush();
    return stages.stream().filter(s -> !s.within()).map(s -> run + ": " + s.describe()).toList();
  }
}
