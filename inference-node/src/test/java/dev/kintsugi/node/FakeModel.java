package dev.kintsugi.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.node.engine.Clip;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.engine.RunOptions;
import dev.kintsugi.node.engine.StageDurations;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.model.ModelManifest;
import dev.kintsugi.protocol.node.FailureClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Stands in for the engine where only the wiring around it is tested: takes a step each time the
 * test permits one, and paints a square that moves.
 */
public final class FakeModel implements VideoModel {
  private final Semaphore permits = new Semaphore(0);
  private final ModelManifest manifest;
  private volatile boolean stepwise;

  public FakeModel() {
    this("wan-tiny");
  }

  /** With the manifest of a built-in model. */
  public FakeModel(String name) {
    try {
      manifest =
          new ObjectMapper()
              .readValue(Path.of("models", name, "manifest.json").toFile(), ModelManifest.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on each step waits for {@link #permit}. */
  public void stepwise() {
    permits.drainPermits();
    stepwise = true;
  }

  /** Lets the running generation take that many steps. */
  public void permit(int steps) {
    permits.release(steps);
  }

  /** Steps are no longer held back. */
  public void run() {
    stepwise = false;
    permits.release(1_000);
  }

  @Override
  public ModelManifest manifest() {
    return manifest;
  }

  @Override
  public String digest() {
    return "0".repeat(64);
  }

  /** Words, and the end. */
  @Override
  public int tokens(String prompt) {
    return prompt.split(" ").length + 1;
  }

  @Override
  public Clip generate(GenerationRequest request, RunOptions options, GenerationListener listener)
      throws GenerationException {
    listener.textEncoded();
    int steps = request.numInferenceSteps();
    Set<Expert> told = EnumSet.noneOf(Expert.class);
    DenoiseState from = options.resume();
    for (int step = from == null ? 1 : from.step() + 1; step <= steps; step++) {
      if (stepwise) {
        permits.acquireUninterruptibly();
      }
      refuseIfCancelled(listener);
      if (request.prompt().startsWith("fail")) {
        throw new GenerationException(FailureClass.NAN_LATENTS, "a latent is not finite");
      }
      if (request.prompt().startsWith("crash")) {
        throw new IllegalStateException("a defect of the engine");
      }
      Expert range =
          manifest.boundaryRatio() == null
              ? Expert.LITE
              : step * 2 <= steps ? Expert.HIGH : Expert.LOW;
      Expert expert = options.instead().getOrDefault(range, range);
      if (expert != range && told.add(range)) {
        listener.substituted(range, expert);
      }
      listener.step(step, steps, expert);
      if (options.checkpointEvery() > 0 && step % options.checkpointEvery() == 0) {
        listener.checkpoint(
            new DenoiseState(step, new long[] {1, 1, 1, 1, 1}, new float[] {step}, Map.of(), told));
      }
    }
    for (int frame = 0; frame < request.numFrames(); frame++) {
      refuseIfCancelled(listener);
      byte[] rgb = new byte[request.width() * request.height() * 3];
      paint(rgb, request.width(), frame, request.prompt());
      listener.frames(new FrameChunk(frame, 1, request.width(), request.height(), rgb));
    }
    refuseIfCancelled(listener);
    return new Clip(
        request.width(), request.height(), request.numFrames(), new StageDurations(0.1, 0.2, 0.3));
  }

  @Override
  public void close() {}

  /**
   * Stripes, and a square that moves: a clip that the quality gate has nothing against, unless the
   * prompt begins with a defect.
   */
  private static void paint(byte[] rgb, int width, int frame, String prompt) {
    int moment = prompt.startsWith("stops") ? Math.min(frame, 2) : frame;
    int light = prompt.startsWith("flickers") ? frame % 2 * 24 : 0;
    Random noise = new Random(frame);
    for (int i = 0; i < rgb.length; i++) {
      int value = light + picture(i / 3 % width, i / 3 / width, moment);
      if (prompt.startsWith("noisy")) {
        value += noise.nextInt(33) - 16;
      }
      rgb[i] = (byte) value;
    }
    if (prompt.startsWith("black") || prompt.startsWith("grey")) {
      Arrays.fill(rgb, (byte) (prompt.startsWith("black") ? 0 : 128));
    }
  }

  private static int picture(int x, int y, int moment) {
    int left = 8 + 2 * moment;
    boolean square = x >= left && x < left + 24 && y >= 16 && y < 40;
    return square ? 210 : 90 + x / 8 % 2 * 40;
  }

  private static void refuseIfCancelled(GenerationListener listener) throws GenerationException {
    if (listener.cancelled()) {
      throw new GenerationException(FailureClass.CANCELLED, "cancelled");
    }
  }
}
