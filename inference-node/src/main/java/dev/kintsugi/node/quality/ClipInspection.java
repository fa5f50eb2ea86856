package dev.kintsugi.node.quality;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.QualityGate;
import dev.kintsugi.core.quality.QualityThresholds;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The inspection of one clip. Frames are handed over as they are decoded and measured on another
 * thread, in order; at most {@value #CHUNKS} chunks wait, then the decoder does.
 */
public final class ClipInspection {
  private static final int CHUNKS = 4;

  private final QualityThresholds thresholds;
  private final Supplier<ClipMeter> meters;
  private final Executor thread;
  private final Semaphore places = new Semaphore(CHUNKS);
  private @Nullable ClipMeter meter;
  private @Nullable String failure;
  private long nanos;

  ClipInspection(QualityThresholds thresholds, Supplier<ClipMeter> meters, Executor thread) {
    this.thresholds = thresholds;
    this.meters = meters;
    this.thread = thread;
  }

  /**
   * Hands frames over, which must not change any more.
   *
   * @param rgb whole frames, rgb24
   */
  public void add(byte[] rgb) {
    places.acquireUninterruptibly();
    thread.execute(
        () -> {
          try {
            measure(rgb);
          } finally {
            places.release();
          }
        });
  }

  /** Waits for the last frame to be measured and judges; the inspection is over then. */
  public Judgement judge() {
    return CompletableFuture.supplyAsync(this::conclude, thread).join();
  }

  /** There will be no clip. */
  public void abandon() {
    thread.execute(this::release);
  }

  private void measure(byte[] rgb) {
    if (failure != null) {
      return;
    }
    long start = System.nanoTime();
    try {
      if (meter == null) {
        meter = meters.get();
      }
      meter.add(rgb);
    } catch (RuntimeException | OutOfMemoryError e) {
      // A clip of which some frames were not measured must not pass for one of fewer frames.
      failure = e.toString();
    }
    nanos += System.nanoTime() - start;
  }

  private Judgement conclude() {
    try {
      if (failure != null || meter == null) {
        return new Judgement.NotJudged(failure == null ? "it has no frames" : failure);
      }
      ClipStatistics statistics = meter.statistics();
      return new Judgement.Judged(
          statistics, QualityGate.judge(statistics, thresholds), nanos / 1e9);
    } catch (IllegalArgumentException e) {
      return new Judgement.NotJudged(String.valueOf(e.getMessage()));
    } finally {
      release();
    }
  }

  private void release() {
    if (meter != null) {
      meter.close();
      meter = null;
    }
  }
}
