import dev.kintsugi.node.engine.Clip;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** One warm-up clip, one measured clip: prints seconds and peak memory as JSON, writes the frames. */
final class Ours {

  public static void main(String[] args) throws Exception {
    long start = System.nanoTime();
    int threads = Integer.parseInt(args[1]);
    try (VideoModel model =
        ModelLoader.load(Path.of(args[0]), new EngineOptions("cpu", threads))) {
      double load = seconds(start);
      generate(model);
      start = System.nanoTime();
      Frames frames = generate(model);
      double clip = seconds(start);
      Files.write(Path.of(args[2]), frames.rgb.toByteArray());
      System.out.printf(
          Locale.ROOT,
          "{\"load_s\": %.3f, \"clip_s\": %.4f, \"text_s\": %.4f, \"denoise_s\": %.4f, \"decode_s\": %.4f, \"peak_mb\": %.1f}%n",
          load,
          clip,
          frames.clip.durations().textEncode(),
          frames.clip.durations().denoise(),
          frames.clip.durations().decode(),
          peak());
    }
  }

  private static Frames generate(VideoModel model) throws Exception {
    Frames frames = new Frames();
    frames.clip =
        model.generate(
            new GenerationRequest(
                "a red ball bouncing on the beach",
                "blurry, low quality",
                160,
                96,
                17,
                20,
                3.0,
                3.0,
                3.0,
                7,
                SchedulerKind.UNIPC),
            frames);
    return frames;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static double peak() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmHWM:"))
        .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private static final class Frames implements GenerationListener {
    final ByteArrayOutputStream rgb = new ByteArrayOutputStream();
    Clip clip;

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void frames(FrameChunk chunk) {
      rgb.writeBytes(chunk.rgb());
    }
  }
}
