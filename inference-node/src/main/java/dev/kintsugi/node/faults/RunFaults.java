package dev.kintsugi.node.faults;

import dev.kintsugi.core.node.FaultPlan.Chance;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FaultPoints;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.protocol.node.FaultSpec;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** The faults of one generation. Called on the engine thread only. */
final class RunFaults implements FaultPoints {
  /** A petabyte: more than any address space, so that no machine can grant it. */
  private static final long TOO_MANY_FLOATS = 1L << 48;

  /** The last frame that still moves. */
  private static final int STOPS_AT = 2;

  /** Dark enough for any eye, and not black. */
  private static final double FLICKER_DARK = 0.3;

  /** Standard deviation; every clip looks bad, none black or still. */
  private static final int NOISE_LEVELS = 16;

  private final FaultSession session;
  private final LeakedMemory memory;
  private final XidInjection xids;
  private byte[] lastFrame = {};

  RunFaults(FaultSession session, LeakedMemory memory, XidInjection xids) {
    this.session = session;
    this.memory = memory;
    this.xids = xids;
  }

  @Override
  public void beforeStep(int step, Expert expert, Allocator allocator) {
    Chance chance = new Chance(step, expert.wireName());
    session.begins(Kind.CRASH, chance).ifPresent(f -> NativeCalls.abort());
    session.begins(Kind.GPU_FAULT, chance).ifPresent(xids::report);
    session.begins(Kind.LEAK, chance).ifPresent(memory::leak);
    session.acts(Kind.LATENCY, chance).ifPresent(RunFaults::delay);
    session.begins(Kind.STALL, chance).ifPresent(RunFaults::stall);
    session.begins(Kind.OOM, chance).ifPresent(f -> exhaust(f, allocator));
  }

  @Override
  public void answered(int step, Expert expert, float[] velocity) {
    session
        .acts(Kind.EXPERT_FAILURE, new Chance(step, expert.wireName()))
        .filter(f -> expert.wireName().equals(f.spec().expert()))
        .ifPresent(f -> diverge(f, step, velocity));
  }

  @Override
  public void advanced(int step, Expert expert, float[] latents) {
    session
        .begins(Kind.NAN, new Chance(step, expert.wireName()))
        .ifPresent(f -> poison(f, step, latents));
  }

  @Override
  public FrameChunk decoded(FrameChunk chunk) {
    FrameChunk out = chunk;
    Optional<ArmedFault> black = session.acts(Kind.BLACK_FRAMES, Chance.ANY);
    if (black.isPresent()) {
      black.get().did("painted the frames black");
      out = with(out, new byte[out.rgb().length]);
    }
    Optional<ArmedFault> frozen = session.acts(Kind.FROZEN, Chance.ANY);
    if (frozen.isPresent()) {
      frozen.get().did("the picture stopped at frame " + STOPS_AT);
      out = with(out, frozen(out));
    }
    Optional<ArmedFault> flicker = session.acts(Kind.FLICKER, Chance.ANY);
    if (flicker.isPresent()) {
      flicker.get().did("darkened every second frame");
      out = with(out, flickering(out));
    }
    Optional<ArmedFault> noise = session.acts(Kind.NOISE, Chance.ANY);
    if (noise.isPresent()) {
      noise.get().did("laid noise of " + NOISE_LEVELS + " levels over every frame");
      out = with(out, noisy(out, noise.get()));
    }
    return out;
  }

  private static void delay(ArmedFault fault) {
    double seconds = Objects.requireNonNull(fault.spec().delaySeconds());
    fault.did("held every step back by " + seconds + " s");
    fault.awaitEnd(seconds(seconds));
  }

  private static void stall(ArmedFault fault) {
    fault.did("held a step back");
    FaultSpec spec = fault.spec();
    fault.awaitEnd(
        seconds(
            Objects.requireNonNullElse(
                spec.delaySeconds(), Objects.requireNonNull(spec.durationSeconds()))));
  }

  private static void exhaust(ArmedFault fault, Allocator allocator) {
    fault.did("asked the device for " + TOO_MANY_FLOATS + " floats");
    allocator.allocate(TOO_MANY_FLOATS);
  }

  /** What an expert that has lost its weights answers. */
  static void diverge(ArmedFault fault, int step, float[] velocity) {
    fault.did("the expert answered infinities at step " + step);
    Arrays.fill(velocity, Float.POSITIVE_INFINITY);
  }

  private static void poison(ArmedFault fault, int step, float[] latents) {
    fault.did("a latent became NaN after step " + step);
    latents[latents.length / 2] = Float.NaN;
  }

  /** A clip that stops: one that never moved could be what the prompt asked for. */
  private byte[] frozen(FrameChunk chunk) {
    byte[] rgb = chunk.rgb().clone();
    int frameBytes = rgb.length / chunk.frameCount();
    for (int i = 0; i < chunk.frameCount(); i++) {
      if (chunk.firstFrame() + i > STOPS_AT) {
        System.arraycopy(lastFrame, 0, rgb, i * frameBytes, frameBytes);
      } else {
        lastFrame = Arrays.copyOfRange(rgb, i * frameBytes, (i + 1) * frameBytes);
      }
    }
    return rgb;
  }

  private static byte[] flickering(FrameChunk chunk) {
    byte[] rgb = chunk.rgb().clone();
    int frameBytes = rgb.length / chunk.frameCount();
    for (int i = 0; i < rgb.length; i++) {
      boolean odd = (chunk.firstFrame() + i / frameBytes) % 2 == 1;
      rgb[i] = odd ? (byte) ((rgb[i] & 0xff) * FLICKER_DARK) : rgb[i];
    }
    return rgb;
  }

  private static byte[] noisy(FrameChunk chunk, ArmedFault fault) {
    byte[] rgb = chunk.rgb().clone();
    Random random = new Random(Objects.requireNonNull(fault.spec().seed()) + chunk.firstFrame());
    for (int i = 0; i < rgb.length; i++) {
      double value = (rgb[i] & 0xff) + NOISE_LEVELS * random.nextGaussian();
      rgb[i] = (byte) Math.clamp(Math.round(value), 0, 255);
    }
    return rgb;
  }

  private static FrameChunk with(FrameChunk chunk, byte[] rgb) {
    return new FrameChunk(
        chunk.firstFrame(), chunk.frameCount(), chunk.width(), chunk.height(), rgb);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
