import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.node.checkpoints.CheckpointFile;
import dev.kintsugi.node.checkpoints.CheckpointTrail;
import dev.kintsugi.node.checkpoints.CheckpointWriter;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.EngineOptions;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.ModelLoader;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.engine.RunOptions;
import dev.kintsugi.node.engine.SchedulerKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The cost of checkpoints, and the work they save when a node is lost at a random step. */
final class Checkpoints {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 20;
  private static final int EVERY = 5;

  private final ReplayableModel model;
  private final Path directory;
  private final CheckpointWriter writer = new CheckpointWriter();

  private Checkpoints(ReplayableModel model, Path directory) {
    this.model = model;
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[2]);
    int losses = Integer.parseInt(args[3]);
    Path directory = Files.createTempDirectory("kintsugi-bench-checkpoints");
    try (ReplayableModel model =
        ModelLoader.load(Path.of(args[0]), new EngineOptions("cpu", Integer.parseInt(args[1])))) {
      Checkpoints bench = new Checkpoints(model, directory);
      bench.clip(0, null, Integer.MAX_VALUE);
      ObjectNode out = JSON.createObjectNode();
      ObjectNode figures = out.putObject("figures");
      out.putObject("settings")
          .put("model", "wan-tiny")
          .put("size", "160x96x17")
          .put("steps", STEPS)
          .put("every", EVERY)
          .put("threads", Integer.parseInt(args[1]))
          .put("rounds", rounds)
          .put("losses", losses);
      ObjectNode samples = out.putObject("samples");
      bench.overhead(rounds, figures, samples.putArray("overhead"));
      bench.losses(losses, figures, samples.putArray("losses"));
      JSON.writerWithDefaultPrettyPrinter().writeValue(Path.of(args[4]).toFile(), out);
    }
    System.exit(0);
  }

  /**
   * What the checkpoints of a clip cost: copying the state on the engine's thread and writing it on
   * another, all of it counted although the writing overlaps with the next steps. The difference of
   * whole clips with and without checkpoints is kept too; on a busy machine it is mostly noise.
   */
  private void overhead(int rounds, ObjectNode figures, ArrayNode samples) throws Exception {
    List<Double> cost = new ArrayList<>();
    List<Double> difference = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      Took first = clip(round % 2 == 0 ? 0 : EVERY, null, Integer.MAX_VALUE);
      Took second = clip(round % 2 == 0 ? EVERY : 0, null, Integer.MAX_VALUE);
      Took none = round % 2 == 0 ? first : second;
      Took with = round % 2 == 0 ? second : first;
      double copy = 0;
      double write = 0;
      for (DenoiseState state : with.states) {
        long start = System.nanoTime();
        state.latents().clone();
        state.history().values().forEach(float[]::clone);
        copy += seconds(start);
        start = System.nanoTime();
        CheckpointTrail trail = writer.begin(directory, run(), c -> {});
        trail.add(state);
        trail.settle();
        write += seconds(start);
        trail.end();
      }
      cost.add((copy + write) / none.denoise);
      difference.add(with.denoise / none.denoise - 1);
      ObjectNode sample =
          samples
              .addObject()
              .put("checkpoints", with.states.size())
              .put("copy_s", copy)
              .put("write_s", write)
              .put("denoise_without_s", none.denoise)
              .put("denoise_with_s", with.denoise);
      System.err.printf("overhead round %d: %s%n", round + 1, sample);
    }
    figure(figures, "checkpoint_overhead", cost);
    figure(figures, "checkpoint_difference", difference);
  }

  /**
   * A node is lost after a random step. Restarting loses all time until then. Resuming loses the
   * time since the step of the newest checkpoint, the time to read it and to encode the text again.
   */
  private void losses(int losses, ObjectNode figures, ArrayNode samples) throws Exception {
    Random random = new Random(4);
    List<Double> ratios = new ArrayList<>();
    double lostResumed = 0;
    double lostRestarted = 0;
    for (int i = 0; i < losses; i++) {
      int step = 1 + random.nextInt(STEPS - 1);
      Took until = clip(EVERY, null, step);
      double restarted = until.stepAt[step];
      double resumed = restarted;
      int held = 0;
      if (until.newest != null) {
        long start = System.nanoTime();
        DenoiseState state = CheckpointFile.read(until.newest).state();
        double read = seconds(start);
        held = state.step();
        Took rest = clip(EVERY, state, held);
        resumed = until.stepAt[step] - until.stepAt[held] + read + rest.textEncoded;
      }
      lostResumed += resumed;
      lostRestarted += restarted;
      ratios.add(resumed / restarted);
      samples
          .addObject()
          .put("step", step)
          .put("checkpoint", held)
          .put("lost_restarted_s", restarted)
          .put("lost_resumed_s", resumed);
      System.err.printf("loss after step %d: %.3f of a restart%n", step, resumed / restarted);
    }
    ObjectNode ratio = figures.putObject("lost_work_ratio");
    ratio.put("median", lostResumed / lostRestarted);
    ratio.put("min", ratios.stream().mapToDouble(d -> d).min().orElseThrow());
    ratio.put("max", ratios.stream().mapToDouble(d -> d).max().orElseThrow());
    ratio.put("what", "sum over all losses; min and max of one");
  }

  private static final class Took {
    final double[] stepAt = new double[STEPS + 1];
    final List<DenoiseState> states = new ArrayList<>();
    double textEncoded;
    double denoise;
    Path newest;
  }

  private static GenerationRequest request() {
    return new GenerationRequest(
        "a red ball bouncing on the beach", "", 160, 96, 17, STEPS, 3, 3, 3, 7,
        SchedulerKind.UNIPC);
  }

  private Run run() {
    return CheckpointFile.run(model.manifest().name(), model.digest(), request());
  }

  private Took clip(int every, DenoiseState from, int loseAfter) throws Exception {
    CheckpointTrail trail = writer.begin(directory, run(), c -> {});
    Took took = new Took();
    try {
      took.denoise =
          model
              .generate(
                  request(),
                  new RunOptions(Map.of(), from, every),
                  new Listener(trail, took, from == null ? 0 : from.step(), loseAfter))
              .durations()
              .denoise();
    } catch (GenerationException lost) {
      // The node is gone.
    }
    trail.settle();
    took.newest = trail.newest().map(CheckpointTrail.Saved::path).orElse(null);
    return took;
  }

  private static final class Listener implements GenerationListener {
    private final CheckpointTrail trail;
    private final Took took;
    private final int loseAfter;
    private final long start = System.nanoTime();
    private boolean encoded;
    private int step;

    Listener(CheckpointTrail trail, Took took, int step, int loseAfter) {
      this.trail = trail;
      this.took = took;
      this.step = step;
      this.loseAfter = loseAfter;
    }

    @Override
    public boolean cancelled() {
      return encoded && step >= loseAfter;
    }

    @Override
    public void textEncoded() {
      encoded = true;
      took.textEncoded = seconds(start);
    }

    @Override
    public void step(int done, int total, Expert expert) {
      step = done;
      took.stepAt[done] = seconds(start);
    }

    @Override
    public void checkpoint(DenoiseState state) {
      took.states.add(state);
      trail.add(state);
    }
  }

  private static void figure(ObjectNode figures, String name, List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    figures
        .putObject(name)
        .put(
            "median",
            sorted.length % 2 == 1
                ? sorted[middle]
                : (sorted[middle - 1] + sorted[middle]) / 2)
        .put("min", sorted[0])
        .put("max", sorted[sorted.length - 1]);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
