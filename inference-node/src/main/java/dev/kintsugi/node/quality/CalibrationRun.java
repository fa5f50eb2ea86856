package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.model.ModelDirectory;
import dev.kintsugi.node.model.ModelManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes clips with a model and measures them. */
final class CalibrationRun {
  private static final String OWN_PROMPTS = "calibration.txt";
  private static final Pattern SHAPE = Pattern.compile("(\\d{1,5})x(\\d{1,5})x(\\d{1,4})");
  private static final int PROGRESS_EVERY = 10;

  private final ModelManifest manifest;
  private final List<String> prompts;
  private final List<Shape> shapes;
  private final int seed;

  private record Shape(int width, int height, int frames) {}

  /**
   * @param prompts taken in turns, as are shapes
   * @param shapes {@code WxHxF}; none: the model's own
   * @param seed of the first clip, 0 or more
   */
  CalibrationRun(ModelManifest manifest, List<String> prompts, List<String> shapes, int seed) {
    if (seed < 0) {
      throw new IllegalArgumentException("--seed must not be negative, not " + seed);
    }
    this.manifest = manifest;
    this.prompts = prompts;
    this.shapes = shapes.isEmpty() ? List.of(ownShape(manifest)) : parse(shapes);
    this.seed = seed;
  }

  /**
   * The prompts of a file, of the model directory, or the built-in ones.
   *
   * @throws IOException when a file cannot be read
   */
  static List<String> prompts(@Nullable Path given, ModelDirectory directory) throws IOException {
    Path own = directory.directory().resolve(OWN_PROMPTS);
    Stream<String> lines;
    if (given != null) {
      lines = Files.readAllLines(given).stream();
    } else if (Files.exists(own)) {
      lines = Files.readAllLines(own).stream();
    } else {
      lines = builtIn();
    }
    List<String> prompts =
        lines.map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).toList();
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException((given == null ? own : given) + " has no prompt");
    }
    return prompts;
  }

  private static Stream<String> builtIn() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CalibrationRun.class.getResourceAsStream("prompts.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
    }
  }

  /** Makes that many clips; each is measured, kept in the table, and forgotten. */
  List<ClipStatistics> make(
      VideoModel model, FlowChoice flow, int clips, StatisticsFile kept, PrintWriter out)
      throws GenerationException, IOException {
    List<ClipStatistics> measured = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < clips; i++) {
      Shape shape = shapes.get(i % shapes.size());
      try (ClipMeter meter = flow.meter(shape.width(), shape.height())) {
        model.generate(request(i, shape), into(meter));
        measured.add(meter.statistics());
      }
      kept.add(Integer.toString(seed + i), measured.getLast());
      if ((i + 1) % PROGRESS_EVERY == 0 || i + 1 == clips) {
        progress(out, i + 1, clips, (System.nanoTime() - start) / 1e9);
      }
    }
    return measured;
  }

  private static void progress(PrintWriter out, int done, int clips, double seconds) {
    double each = seconds / done;
    out.printf(
        Locale.ROOT,
        "%d of %d clips, %.1f s each, %.0f s left%n",
        done,
        clips,
        each,
        each * (clips - done));
    out.flush();
  }

  private GenerationRequest request(int index, Shape shape) {
    ModelManifest.Defaults defaults = manifest.defaults();
    return new GenerationRequest(
        prompts.get(index % prompts.size()),
        "",
        shape.width(),
        shape.height(),
        shape.frames(),
        defaults.numInferenceSteps(),
        defaults.guidanceScale(),
        defaults.guidanceScale2(),
        manifest.scheduler().flowShift(),
        seed + (long) index,
        SchedulerKind.valueOf(manifest.scheduler().kind().toUpperCase(Locale.ROOT)));
  }

  private static GenerationListener into(ClipMeter meter) {
    return new GenerationListener() {
      @Override
      public boolean cancelled() {
        return false;
      }

      @Override
      public void frames(FrameChunk chunk) {
        meter.add(chunk.rgb());
      }
    };
  }

  private static Shape ownShape(ModelManifest manifest) {
    ModelManifest.Defaults defaults = manifest.defaults();
    return new Shape(defaults.width(), defaults.height(), defaults.numFrames());
  }

  private static List<Shape> parse(List<String> texts) {
    List<Shape> shapes = new ArrayList<>();
    for (String text : texts) {
      Matcher matcher = SHAPE.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("--shape must be like 160x96x17, not " + text);
      }
      shapes.add(
          new Shape(
              Integer.parseInt(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              Integer.parseInt(matcher.group(3))));
    }
    return shapes;
  }
}
