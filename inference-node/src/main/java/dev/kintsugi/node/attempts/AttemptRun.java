package dev.kintsugi.node.attempts;

import dev.kintsugi.media.FrameSpool;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.checkpoints.CheckpointTrail;
import dev.kintsugi.node.engine.Clip;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.FaultPoints;
import dev.kintsugi.node.engine.FrameChunk;
import dev.kintsugi.node.engine.GenerationException;
import dev.kintsugi.node.engine.GenerationListener;
import dev.kintsugi.node.engine.RunOptions;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.quality.ClipInspection;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.FailureClass;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One attempt on the engine thread: what the engine reports becomes the attempt's log. */
final class AttemptRun implements GenerationListener {
  private final Attempt attempt;
  private final FrameSpool spool;
  private final ClipInspection inspection;
  private final StepTimes stepTimes;
  private final NodeMetrics metrics;
  private final List<AttemptListener> listeners;
  private final RunOptions options;
  private final CheckpointTrail checkpoints;
  private final FaultPoints faults;
  private long lastStepNanos;
  private @Nullable MediaException spoolFailure;

  AttemptRun(
      Attempt attempt,
      RunOptions options,
      CheckpointTrail checkpoints,
      FrameSpool spool,
      ClipInspection inspection,
      StepTimes stepTimes,
      NodeMetrics metrics,
      List<AttemptListener> listeners,
      FaultPoints faults) {
    this.attempt = attempt;
    this.options = options;
    this.checkpoints = checkpoints;
    this.spool = spool;
    this.inspection = inspection;
    this.stepTimes = stepTimes;
    this.metrics = metrics;
    this.listeners = listeners;
    this.faults = faults;
  }

  /** How a run ended. */
  sealed interface Outcome {

    record Generated(Clip clip) implements Outcome {}

    record Failed(FailureClass failure, String message) implements Outcome {}
  }

  /** Generates all frames into the spool. */
  Outcome run(VideoModel model) {
    attempt.encodingText();
    try {
      return new Outcome.Generated(model.generate(attempt.job().generation(), options, this));
    } catch (GenerationException e) {
      return spoolFailure == null
          ? new Outcome.Failed(e.failureClass(), String.valueOf(e.getMessage()))
          : new Outcome.Failed(FailureClass.INTERNAL, String.valueOf(spoolFailure.getMessage()));
    } catch (OutOfMemoryError e) {
      return new Outcome.Failed(FailureClass.OOM, "the Java heap is exhausted: " + e.getMessage());
    }
  }

  @Override
  public boolean cancelled() {
    return attempt.cancelRequested() || spoolFailure != null;
  }

  @Override
  public void promptEncoded(float[] pooled) {
    listeners.forEach(l -> l.promptEncoded(attempt, pooled));
  }

  @Override
  public void textEncoded() {
    attempt.textEncoded();
    lastStepNanos = System.nanoTime();
  }

  @Override
  public void substituted(Expert out, Expert by) {
    attempt.substituted(out.wireName());
  }

  @Override
  public void stepping(int step, Expert expert) {
    attempt.stepping(expert.wireName());
  }

  @Override
  public FaultPoints faults() {
    return faults;
  }

  @Override
  public void step(int step, int total, Expert expert) {
    String name = expert.wireName();
    long now = System.nanoTime();
    double seconds = (now - lastStepNanos) / 1e9;
    lastStepNanos = now;
    stepTimes.add(attempt.job().shape(), seconds);
    metrics.stepped(name, seconds, attempt.job().request().traceId());
    attempt.stepped(step, total, name);
  }

  @Override
  public void checkpoint(DenoiseState state) {
    checkpoints.add(state);
  }

  @Override
  public void frames(FrameChunk chunk) {
    try {
      inspection.add(chunk.rgb());
      spool.append(chunk.rgb());
      attempt.decoded(chunk.firstFrame() + chunk.frameCount());
    } catch (MediaException e) {
      spoolFailure = e;
    }
  }
}
