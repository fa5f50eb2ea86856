package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.Completion;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.queue.Progress;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.Video;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for dispatcher and node: claims jobs and completes them with files of pseudo-random
 * bytes behind an MP4's first box. No video is made; tests of the whole product do that.
 */
public final class FakeWorker {

  public static final int VIDEO_BYTES = 100_000;

  private static final byte[] MP4_HEAD =
      HexFormat.of().parseHex("000000186674797069736f6d0000020069736f6d69736f32");

  /** Price of this worker's slots: a tenth of a cent a second. */
  private static final double USD_PER_HOUR = 3.6;

  private final JobQueue queue;
  private final ArtifactStore store;

  FakeWorker(JobQueue queue, ArtifactStore store) {
    this.queue = queue;
    this.store = store;
  }

  /** The bytes this worker "makes" for a job. */
  public static byte[] video(Job job) {
    return file(job.parameters().prompt().hashCode(), VIDEO_BYTES);
  }

  /** Claims the next job, if one waits. */
  public Claim claim() {
    return queue
        .claim(
            new ClaimRequest(
                FixedModels.SERVICE,
                "r1",
                "studio/fake",
                false,
                64,
                Duration.ofMinutes(5),
                "test",
                Set.of(),
                "main",
                USD_PER_HOUR,
                null),
            Instant.now())
        .orElseThrow(() -> new AssertionError("no job waits"));
  }

  /** Reports a step. */
  public void step(Claim claim, int step) {
    JobParameters asked = claim.job().parameters();
    String expert = step * 2 <= asked.steps() ? "high" : "low";
    queue.heartbeat(
        claim.attemptId(),
        claim.fence(),
        new Progress(
            AttemptPhase.DENOISING, expert, step, asked.steps(), 100 * step / asked.steps()),
        Instant.now());
  }

  /** Fails a claimed job, which goes back to the queue. */
  public void failOnce(Claim claim, FailureClass failure) {
    JobParameters asked = claim.job().parameters();
    Instant now = Instant.now();
    Plan again =
        Plan.asAsked(
            new Plan.Asked(
                new Size(asked.width(), asked.height()),
                asked.numFrames(),
                asked.steps(),
                asked.seed()));
    queue.fail(
        claim.attemptId(),
        claim.fence(),
        new AttemptFailure(failure, "it failed", "NODE"),
        new NextStep.Again(again, now, Set.of(), now),
        now);
  }

  /** Fails a claimed job for good. */
  public void fail(Claim claim, Attribution blame) {
    queue.fail(
        claim.attemptId(),
        claim.fence(),
        new AttemptFailure(FailureClass.BLACK_FRAMES, "black", blame.name()),
        TestJobs.giveUp(),
        Instant.now());
  }

  /** Completes a claimed job. */
  public Job complete(Claim claim) {
    return complete(claim, Duration.ofDays(1));
  }

  public Job complete(Claim claim, Duration retention) {
    return complete(claim, retention, null);
  }

  /** Claims and completes one job as made on a lower step of the ladder. */
  public Job makeLess(String ladderStep) {
    return complete(claim(), Duration.ofDays(1), ladderStep);
  }

  private Job complete(Claim claim, Duration retention, @Nullable String ladderStep) {
    Job job = claim.job();
    List<Artifact> files = new ArrayList<>();
    files.add(keep("video", "video/mp4", video(job)));
    files.add(keep("thumbnail", "image/webp", file(job.parameters().prompt().hashCode() + 1, 900)));
    files.add(
        keep("spritesheet", "image/webp", file(job.parameters().prompt().hashCode() + 2, 700)));
    JobParameters asked = job.parameters();
    Video.Delivered delivered =
        new Video.Delivered(
            asked.width() + "x" + asked.height(),
            asked.numFrames(),
            asked.fps(),
            asked.steps(),
            job.model(),
            "v1",
            asked.seed(),
            1,
            ladderStep != null,
            ladderStep == null ? null : "made with less",
            ladderStep,
            null);
    Completion completion =
        queue.complete(
            claim.attemptId(),
            claim.fence(),
            new Result(
                delivered,
                Map.of("denoise", 0.5, "decode", 0.1, "judge", 0.05),
                files,
                0.6,
                retention,
                null,
                null),
            Instant.now());
    if (completion instanceof Completion.Completed(Job completed)) {
      return completed;
    }
    throw new AssertionError(completion);
  }

  /** Claims and completes one job with every step. */
  public Job makeOne() {
    Claim claim = claim();
    for (int step = 1; step <= claim.job().parameters().steps(); step++) {
      step(claim, step);
    }
    return complete(claim);
  }

  private Artifact keep(String variant, String mediaType, byte[] bytes) {
    try {
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      store.write(new ByteArrayInputStream(bytes), sha256, bytes.length);
      return new Artifact(variant, mediaType, bytes.length, sha256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] file(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    System.arraycopy(MP4_HEAD, 0, bytes, 0, MP4_HEAD.length);
    return bytes;
  }
}
