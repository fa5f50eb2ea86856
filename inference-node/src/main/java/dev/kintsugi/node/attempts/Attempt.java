package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.node.checkpoints.CheckpointFile;
import dev.kintsugi.node.checkpoints.CheckpointTrail;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.node.AttemptStatus.AttemptError;
import dev.kintsugi.protocol.node.AttemptStatus.Checkpoint;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.VideoStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt and the log of everything that happened to it. Thread-safe. The first terminal state
 * is final, and whatever is reported after it is ignored, with one exception: an attempt whose
 * frames could not be encoded is {@link #reopen opened} again to try once more.
 */
public final class Attempt {
  private static final int TEXT_ENCODED = 2;
  private static final int DENOISED = 90;
  private static final int DECODED = 96;

  private final AttemptJob job;
  private final ModelCard model;
  private final Path directory;
  private final Run run;
  private final Instant createdAt;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<AttemptStatus> log = new ArrayList<>();
  private final Holders holders = new Holders();
  private volatile boolean cancelRequested;
  private volatile @Nullable CheckpointTrail checkpoints;
  private @Nullable Instant finishedAt;
  private @Nullable Instant lastServedAt;
  private List<MediaFile> files = List.of();

  Attempt(AttemptJob job, ModelCard model, Path directory, Instant createdAt) {
    this.job = job;
    this.model = model;
    this.directory = directory;
    this.run = CheckpointFile.run(model.name(), model.digest(), job.generation());
    this.createdAt = createdAt;
    int steps = job.generation().numInferenceSteps();
    log.add(
        new AttemptStatus(
            id(),
            "video",
            VideoStatus.QUEUED.wireName(),
            AttemptPhase.QUEUED,
            0,
            1,
            null,
            0,
            steps,
            null,
            null,
            null,
            null,
            null,
            null,
            null));
  }

  public String id() {
    return job.request().id();
  }

  public AttemptJob job() {
    return job;
  }

  /** The model it runs on. */
  public ModelCard model() {
    return model;
  }

  /** Whether a thread works on it still, even if it has ended. */
  public boolean held() {
    return holders.any();
  }

  Holders holders() {
    return holders;
  }

  public Instant createdAt() {
    return createdAt;
  }

  /** The newest state. */
  public AttemptStatus status() {
    lock.lock();
    try {
      return log.getLast();
    } finally {
      lock.unlock();
    }
  }

  public boolean terminal() {
    return status().phase().terminal();
  }

  /** Everything that happened after a sequence number, oldest first. */
  public List<AttemptStatus> after(long sequence) {
    lock.lock();
    try {
      return List.copyOf(log.subList((int) Math.clamp(sequence, 0, log.size()), log.size()));
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something happens after a sequence number; false when nothing did in time. */
  public boolean awaitAfter(long sequence, Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (log.size() <= sequence) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** A finished file, while it is kept. */
  public Optional<MediaFile> file(MediaFile.Variant variant) {
    lock.lock();
    try {
      return files.stream().filter(f -> f.variant() == variant).findFirst();
    } finally {
      lock.unlock();
    }
  }

  public Optional<Instant> finishedAt() {
    lock.lock();
    try {
      return Optional.ofNullable(finishedAt);
    } finally {
      lock.unlock();
    }
  }

  /** Notes that a file was asked for. */
  public void served(Instant now) {
    lock.lock();
    try {
      lastServedAt = now;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a completed result still waits for someone to take it. */
  boolean unfetched(Instant now, Duration settle) {
    lock.lock();
    try {
      return log.getLast().phase() == AttemptPhase.COMPLETED
          && (lastServedAt == null || now.isBefore(lastServedAt.plus(settle)));
    } finally {
      lock.unlock();
    }
  }

  /** Asks the engine or the encoder to stop at the next step. */
  void requestCancel() {
    cancelRequested = true;
  }

  boolean cancelRequested() {
    return cancelRequested;
  }

  /** Where its files are. */
  public Path directory() {
    return directory;
  }

  /** What it computes, and with which weights. */
  Run run() {
    return run;
  }

  /** The newest checkpoint, while it is kept. */
  public Optional<CheckpointTrail.Saved> checkpoint() {
    CheckpointTrail trail = checkpoints;
    return trail == null ? Optional.empty() : trail.newest();
  }

  /** From now on these are its checkpoints. */
  void keeps(CheckpointTrail trail) {
    checkpoints = trail;
  }

  /** Nobody needs them any more: it is complete. */
  void forgetCheckpoints() {
    CheckpointTrail trail = checkpoints;
    if (trail != null) {
      trail.end();
    }
  }

  /** A checkpoint can be had. */
  void checkpointed(Checkpoint checkpoint) {
    change(s -> s.checkpoint(checkpoint));
  }

  /** It goes on after a step that was made elsewhere. */
  void resumed(DenoiseState from) {
    int step = from.step();
    change(
        s -> {
          s.step(step);
          from.substituted().stream().sorted().map(Expert::wireName).forEach(s::substitutedExpert);
        });
  }

  void encodingText() {
    change(s -> s.phase(AttemptPhase.ENCODING_TEXT));
  }

  void textEncoded() {
    int step = status().step();
    int steps = job.generation().numInferenceSteps();
    change(s -> s.phase(AttemptPhase.DENOISING).progress(denoised(step, steps)));
  }

  /** An expert is about to run; told when it is another one than before. */
  void stepping(String expert) {
    if (!expert.equals(status().expert())) {
      change(s -> s.phase(AttemptPhase.DENOISING).expert(expert));
    }
  }

  void stepped(int step, int steps, String expert) {
    int progress = denoised(step, steps);
    change(s -> s.phase(AttemptPhase.DENOISING).progress(progress).expert(expert).step(step));
  }

  private static int denoised(int step, int steps) {
    return TEXT_ENCODED + (DENOISED - TEXT_ENCODED) * step / steps;
  }

  /** The steps of an expert are taken by another one. */
  void substituted(String expert) {
    change(s -> s.substitutedExpert(expert));
  }

  void decoded(int frames) {
    int progress = DENOISED + (DECODED - DENOISED) * frames / job.generation().numFrames();
    change(s -> s.phase(AttemptPhase.DECODING).progress(progress));
  }

  void encoding() {
    change(s -> s.phase(AttemptPhase.ENCODING).progress(DECODED));
  }

  /** The clip was measured. */
  void judged(Map<String, Double> quality) {
    change(s -> s.quality(quality));
  }

  /** The clip passed the gate. */
  void scored(double score) {
    change(s -> s.score(score));
  }

  /** All stages but the last are done. */
  void generated(Map<String, Double> stages) {
    change(s -> s.stages(stages));
  }

  /** What a wish to encode once more finds. */
  enum Reopening {
    /** It is encoding again because of this call. */
    OPENED,
    /** It is complete, or on its way there. */
    NOT_NEEDED,
    /** It failed of something else, or its frames are gone. */
    IMPOSSIBLE
  }

  /** Takes an attempt whose frames could not be encoded back to the encoder. */
  Reopening reopen() {
    lock.lock();
    try {
      AttemptStatus last = log.getLast();
      AttemptError error = last.error();
      if (error == null) {
        return Reopening.NOT_NEEDED;
      }
      if (error.code() != FailureClass.ENCODE_FAILED
          || file(MediaFile.Variant.FRAMES).isEmpty()
          || cancelRequested) {
        return Reopening.IMPOSSIBLE;
      }
      files = List.of();
      finishedAt = null;
      log.add(NextStatus.after(last).reopened().build());
      changed.signalAll();
      return Reopening.OPENED;
    } finally {
      lock.unlock();
    }
  }

  /** Ends it with a result; false when it had ended before. */
  boolean complete(List<MediaFile> results, Map<String, Double> stages, Instant now) {
    return finish(
        results,
        now,
        s ->
            s.phase(AttemptPhase.COMPLETED)
                .progress(100)
                .stages(stages)
                .artifacts(artifacts(results)));
  }

  /**
   * Ends it without a video; false when it had ended before.
   *
   * @param kept what is left for inspection, raw frames or nothing
   */
  boolean fail(AttemptError error, List<MediaFile> kept, Instant now) {
    return finish(
        kept,
        now,
        s -> {
          s.phase(AttemptPhase.FAILED).error(error);
          if (!kept.isEmpty()) {
            s.artifacts(artifacts(kept));
          }
        });
  }

  private boolean finish(List<MediaFile> results, Instant now, Consumer<NextStatus> end) {
    lock.lock();
    try {
      if (!change(end)) {
        return false;
      }
      files = List.copyOf(results);
      finishedAt = now;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean change(Consumer<NextStatus> edit) {
    lock.lock();
    try {
      AttemptStatus current = log.getLast();
      if (current.phase().terminal()) {
        return false;
      }
      NextStatus next = NextStatus.after(current);
      edit.accept(next);
      log.add(next.build());
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static List<Artifact> artifacts(List<MediaFile> files) {
    return files.stream().map(Attempt::artifact).toList();
  }

  private static Artifact artifact(MediaFile file) {
    return new Artifact(file.variant().wireName(), file.mediaType(), file.bytes(), file.sha256());
  }
}
