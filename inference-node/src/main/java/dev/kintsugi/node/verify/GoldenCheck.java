package dev.kintsugi.node.verify;

import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.ReplayableModel;
import dev.kintsugi.node.engine.ReplayableModel.EncodedText;
import dev.kintsugi.node.engine.SchedulerKind;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.node.tensors.SafetensorsException;
import dev.kintsugi.node.tensors.SafetensorsFile;
import dev.kintsugi.node.verify.StageDifference.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Repeats reference runs and measures how far the repetition is from them. */
public final class GoldenCheck {
  private final ReplayableModel model;
  private final ModelManifest.Tolerance tolerance;

  public GoldenCheck(ReplayableModel model) {
    this.model = model;
    this.tolerance = model.manifest().selfTest().tolerance();
  }

  /** Repeats the self-test that the model directory brings along. */
  public List<StageDifference> selfTest(Path modelDirectory)
      throws GoldenException, GenerationException {
    GoldenFolder golden =
        GoldenFolder.read(modelDirectory.resolve(model.manifest().selfTest().golden()));
    List<StageDifference> all = new ArrayList<>();
    for (String run : golden.asked().runs().keySet()) {
      all.addAll(repeat(golden, run));
    }
    return all;
  }

  /** Repeats one run; one difference per stage, the largest of it. */
  public List<StageDifference> repeat(GoldenFolder golden, String name)
      throws GoldenException, GenerationException {
    try {
      return differences(golden, name);
    } catch (SafetensorsException e) {
      throw new GoldenException(String.valueOf(e.getMessage()), e);
    }
  }

  private List<StageDifference> differences(GoldenFolder golden, String name)
      throws SafetensorsException, GenerationException {
    GoldenFolder.Run run = Objects.requireNonNull(golden.asked().runs().get(name), name);
    SafetensorsFile tensors = golden.tensors(name);
    StageDifference tokens = new StageDifference(Stage.TOKENS, 0, 0, "");
    StageDifference text = new StageDifference(Stage.TEXT, 0, tolerance.latents(), "");
    for (String side : List.of("prompt", "negative")) {
      String prompt = side.equals("prompt") ? run.prompt() : run.negativePrompt();
      EncodedText encoded = model.encode(prompt);
      StageDifference ids = tokens(golden, tensors, side, encoded);
      tokens = ids.or(tokens);
      if (ids.within()) {
        text = text(tensors, side, encoded).or(text);
      }
    }
    Comparison comparison = new Comparison(golden, tensors, latentShape(model, golden.asked()));
    model.replay(request(golden, run), comparison.reference(0), comparison);
    return List.of(tokens, text, comparison.latents(), comparison.frames());
  }

  private static StageDifference tokens(
      GoldenFolder golden, SafetensorsFile tensors, String side, EncodedText encoded)
      throws SafetensorsException {
    int length = golden.asked().maxSequenceLength();
    int[] ids = tensors.ints(side + "_input_ids", 1, length);
    byte[] mask = tensors.bytes(side + "_attention_mask", 1, length);
    int different = 0;
    for (int i = 0; i < length; i++) {
      boolean used = i < encoded.ids().length;
      boolean same = used == (mask[i] != 0) && (!used || encoded.ids()[i] == ids[i]);
      different += same ? 0 : 1;
    }
    return new StageDifference(Stage.TOKENS, different, 0, "in the " + side);
  }

  private StageDifference text(SafetensorsFile tensors, String side, EncodedText encoded)
      throws SafetensorsException {
    float[] expected = tensors.floats(side + "_embeds", 1, encoded.ids().length, encoded.width());
    return new StageDifference(
        Stage.TEXT, largest(expected, encoded.embeddings()), tolerance.latents(), "in the " + side);
  }

  /** What a run of the folder asked for. */
  GenerationRequest request(GoldenFolder golden, String name) {
    return request(golden, Objects.requireNonNull(golden.asked().runs().get(name), name));
  }

  private GenerationRequest request(GoldenFolder golden, GoldenFolder.Run run) {
    GoldenFolder.Asked asked = golden.asked();
    return new GenerationRequest(
        run.prompt(),
        run.negativePrompt(),
        asked.width(),
        asked.height(),
        asked.numFrames(),
        asked.steps(),
        asked.guidanceScale(),
        asked.guidanceScale(),
        model.manifest().scheduler().flowShift(),
        0,
        "euler".equals(run.scheduler()) ? SchedulerKind.EULER : SchedulerKind.UNIPC);
  }

  static double largest(float[] expected, float[] found) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - found[i]);
      if (!(difference <= largest)) {
        largest = difference;
      }
    }
    return largest;
  }

  /** Shape of the latents of a golden run. */
  static long[] latentShape(ReplayableModel model, GoldenFolder.Asked asked) {
    ModelManifest.Vae vae = Objects.requireNonNull(model.manifest().vae());
    return new long[] {
      1,
      vae.latentChannels(),
      (asked.numFrames() - 1) / vae.temporalStride() + 1,
      asked.height() / vae.spatialStride(),
      asked.width() / vae.spatialStride()
    };
  }

  /** Listens to a repetition and keeps the largest differences. */
  private final class Comparison implements GenerationListener {
    private final GoldenFolder.Asked asked;
    private final SafetensorsFile tensors;
    private final long[] shape;
    private final byte[] frames;
    private StageDifference latents =
        new StageDifference(Stage.LATENTS, 0, tolerance.latents(), "");
    private StageDifference colours = new StageDifference(Stage.FRAMES, 0, tolerance.frames(), "");

    Comparison(GoldenFolder golden, SafetensorsFile tensors, long[] shape)
        throws SafetensorsException {
      this.asked = golden.asked();
      this.tensors = tensors;
      this.shape = shape;
      this.frames = tensors.bytes("frames", asked.numFrames(), asked.height(), asked.width(), 3);
      for (int step = 0; step <= asked.steps(); step++) {
        reference(step);
      }
    }

    float[] reference(int step) throws SafetensorsException {
      return tensors.floats("latents_" + step, shape);
    }

    StageDifference latents() {
      return latents;
    }

    StageDifference frames() {
      return colours;
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void latents(int step, float[] values) {
      try {
        double largest = largest(reference(step), values);
        latents =
            new StageDifference(Stage.LATENTS, largest, tolerance.latents(), "after step " + step)
                .or(latents);
      } catch (SafetensorsException e) {
        throw new IllegalStateException("every step was read before the run began", e);
      }
    }

    @Override
    public void step(int step, int total, Expert expert) {
      // The latents of the step were compared already.
    }

    @Override
    public void frames(FrameChunk chunk) {
      int frameBytes = chunk.width() * chunk.height() * 3;
      for (int i = 0; i < chunk.rgb().length; i++) {
        int at = chunk.firstFrame() * frameBytes + i;
        int difference = Math.abs((frames[at] & 0xff) - (chunk.rgb()[i] & 0xff));
        if (difference > colours.largest()) {
          colours =
              new StageDifference(
                  Stage.FRAMES, difference, tolerance.frames(), "in frame " + at / frameBytes);
        }
      }
    }
  }
}
