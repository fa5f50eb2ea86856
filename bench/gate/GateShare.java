package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.QualityGate;
import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.media.ClipEncoder;
import dev.kintsugi.media.FrameSpool;
import dev.kintsugi.media.VideoSpec;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.engine.VideoModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;

/**
 * What gate and encoder cost beside the generation of a clip, in seconds per round. At 160x96 the
 * clip is generated in the same process. At 1280x720, where this model is too slow on a CPU, its
 * frames are enlarged and repeated to 81: gate and encoder do what they would do for a large model.
 * In the gate's package because it times the gate's own parts one by one.
 */
final class GateShare {
  private static final GenerationRequest SMALL =
      new GenerationRequest(
          "a red ball bouncing on the beach", "", 160, 96, 17, 20, 3, 3, 3, 7,
          SchedulerKind.UNIPC);
  private static final VideoSpec LARGE = new VideoSpec(1280, 720, 81, 16);

  /** Seconds that the authors of Wan2.2 publish for T2V-A14B at 720p, on one GPU and on eight. */
  private static final double H100_SECONDS = 1041.5;

  private static final double EIGHT_H100_SECONDS = 155.1;

  private final FlowChoice flow;
  private final QualityThresholds thresholds;
  private final Path work = Files.createTempDirectory("gate-share");

  private GateShare(FlowChoice flow, QualityThresholds thresholds) throws Exception {
    this.flow = flow;
    this.thresholds = thresholds;
  }

  /** MODEL_DIR THREADS ROUNDS: prints one JSON object. */
  public static void main(String[] args) throws Exception {
    EngineOptions options = new EngineOptions("cpu", Integer.parseInt(args[1]));
    int rounds = Integer.parseInt(args[2]);
    List<Double> generation = new ArrayList<>();
    List<double[]> small = new ArrayList<>();
    List<double[]> large = new ArrayList<>();
    try (FlowChoice flow = FlowChoice.load("", options);
        VideoModel model = ModelLoader.load(Path.of(args[0]), options)) {
      GateShare bench = new GateShare(flow, QualityThresholds.of(model.manifest().quality()));
      for (int round = -1; round < rounds; round++) { // the first warms everything up
        List<byte[]> frames = new ArrayList<>();
        long start = System.nanoTime();
        model.generate(SMALL, collecting(frames));
        double seconds = seconds(start);
        double[] ofSmall = bench.cost(frames, new VideoSpec(160, 96, 17, 8));
        double[] ofLarge = bench.cost(enlarged(frames), LARGE);
        if (round >= 0) {
          generation.add(seconds);
          small.add(ofSmall);
          large.add(ofLarge);
        }
      }
    }
    print(options.threads(), generation, small, large);
    System.exit(0);
  }

  private static void print(
      int threads, List<Double> generation, List<double[]> small, List<double[]> large) {
    List<Double> share = new ArrayList<>();
    for (int i = 0; i < generation.size(); i++) {
      share.add((small.get(i)[0] + small.get(i)[1]) / generation.get(i));
    }
    System.out.printf(
        Locale.ROOT,
        """
        {
         "figures": {
          "gate_share": %s,
          "gate_share_720p_h100": %s,
          "gate_share_720p_8_h100": %s
         },
         "settings": {
          "what": "wan-tiny, 160x96, 17 frames, 20 steps, guidance 3; 1280x720: its frames enlarged, 81 of them, gate and encoder on one thread each",
          "published_generation_1280x720x81_s": {"h100": %.1f, "8 h100": %.1f, "source": "Wan2.2 T2V-A14B, the authors' table comp_effic.png"},
          "rounds": %d,
          "threads": %d,
          "load_average_at_end": %.2f
         },
         "samples": {
          "generation_160x96x17_s": %s,
          "gate_160x96x17_s": %s,
          "encode_160x96x17_s": %s,
          "gate_1280x720x81_s": %s,
          "encode_1280x720x81_s": %s
         }
        }
        """,
        figure(share),
        figure(large.stream().map(c -> (c[0] + c[1]) / H100_SECONDS).toList()),
        figure(large.stream().map(c -> (c[0] + c[1]) / EIGHT_H100_SECONDS).toList()),
        H100_SECONDS,
        EIGHT_H100_SECONDS,
        generation.size(),
        threads,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        samples(generation),
        samples(small.stream().map(c -> c[0]).toList()),
        samples(small.stream().map(c -> c[1]).toList()),
        samples(large.stream().map(c -> c[0]).toList()),
        samples(large.stream().map(c -> c[1]).toList()));
  }

  /** Seconds of the gate, measuring and verdict, and of the encoder, all three files. */
  private double[] cost(List<byte[]> frames, VideoSpec spec) throws Exception {
    long start = System.nanoTime();
    try (ClipMeter meter = flow.meter(spec.width(), spec.height())) {
      for (byte[] frame : frames) {
        meter.add(frame);
      }
      QualityGate.judge(meter.statistics(), thresholds);
    }
    double gate = seconds(start);
    FrameSpool spool = FrameSpool.create(work.resolve("frames"), spec);
    for (byte[] frame : frames) {
      spool.append(frame);
    }
    start = System.nanoTime();
    new ClipEncoder().encode(spool, spec, work, () -> false).orElseThrow();
    double encode = seconds(start);
    spool.discard();
    return new double[] {gate, encode};
  }

  private static GenerationListener collecting(List<byte[]> frames) {
    return new GenerationListener() {
      @Override
      public boolean cancelled() {
        return false;
      }

      @Override
      public void frames(FrameChunk chunk) {
        int size = chunk.rgb().length / chunk.frameCount();
        for (int i = 0; i < chunk.frameCount(); i++) {
          frames.add(java.util.Arrays.copyOfRange(chunk.rgb(), i * size, (i + 1) * size));
        }
      }
    };
  }

  /** Back and forth through the small clip, so that every pair moves. */
  private static List<byte[]> enlarged(List<byte[]> frames) {
    List<byte[]> large = new ArrayList<>();
    Mat small = new Mat(96, 160, CvType.CV_8UC3);
    Mat big = new Mat();
    int period = 2 * (frames.size() - 1);
    for (int i = 0; i < LARGE.frames(); i++) {
      int at = i % period;
      small.put(0, 0, frames.get(at < frames.size() ? at : period - at));
      Imgproc.resize(small, big, new Size(LARGE.width(), LARGE.height()), 0, 0, Imgproc.INTER_CUBIC);
      byte[] rgb = new byte[LARGE.frameBytes()];
      big.get(0, 0, rgb);
      large.add(rgb);
    }
    return large;
  }

  private static String figure(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "{\"median\": %.5f, \"min\": %.5f, \"max\": %.5f}",
        sorted.get(sorted.size() / 2),
        sorted.getFirst(),
        sorted.getLast());
  }

  private static String samples(List<Double> values) {
    return values.stream()
        .map(v -> String.format(Locale.ROOT, "%.5f", v))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
