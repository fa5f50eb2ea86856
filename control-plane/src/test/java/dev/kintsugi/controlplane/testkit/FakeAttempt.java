package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One attempt of a {@link FakeInferenceNode}: a list of statuses that grows. */
final class FakeAttempt {

  private final AttemptRequest request;
  private final @Nullable FailureClass failure;
  private final List<AttemptStatus> history = new ArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean reopened;

  /**
   * @param failure it ends with after its first step; null lets it complete
   */
  FakeAttempt(AttemptRequest request, @Nullable FailureClass failure) {
    this.request = request;
    this.failure = failure;
    add(AttemptPhase.QUEUED, 0, null);
  }

  String id() {
    return request.id();
  }

  /** The same prompt and seed give the same bytes, on every fake. */
  byte[] bytes() {
    return ("made-up video of " + request.prompt() + " with seed " + request.seed())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Made-up bytes that say what they continue. */
  byte[] checkpoint() {
    return ("checkpoint of %s at step %d".formatted(request.prompt(), last().step()))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The frames are there already: only the encoder runs again. */
  void encodeAgain(@Nullable FailureClass next) {
    synchronized (this) {
      reopened = true;
    }
    if (next == null) {
      add(AttemptPhase.COMPLETED, request.numInferenceSteps(), null);
    } else {
      add(AttemptPhase.FAILED, request.numInferenceSteps(), next);
    }
  }

  private int first() {
    String resume = request.run() == null ? null : request.run().resumeFrom();
    return resume == null ? 0 : 1;
  }

  void run(Supplier<Duration> step) {
    try {
      for (int done = first(); done <= request.numInferenceSteps(); done++) {
        if (!add(AttemptPhase.DENOISING, done, null)) {
          return;
        }
        if (done == 1 && failure != null) {
          end(failure);
          return;
        }
        if (stopped.await(step.get().toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      add(AttemptPhase.COMPLETED, request.numInferenceSteps(), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void end(FailureClass why) {
    add(AttemptPhase.FAILED, last().step(), why);
    stopped.countDown();
  }

  /** Ends without a word, as a process that dies does. */
  void stop() {
    stopped.countDown();
  }

  synchronized boolean runs() {
    return !last().phase().terminal();
  }

  synchronized AttemptStatus last() {
    return history.getLast();
  }

  /** Statuses newer than this one, waiting for the first. */
  synchronized List<AttemptStatus> awaitAfter(long sequence) throws InterruptedException {
    while (last().sequence() <= sequence) {
      wait();
    }
    return history.stream().filter(status -> status.sequence() > sequence).toList();
  }

  private synchronized boolean add(AttemptPhase phase, int step, @Nullable FailureClass why) {
    if (!history.isEmpty() && last().phase().terminal() && !reopened) {
      return false;
    }
    reopened = false;
    int steps = request.numInferenceSteps();
    boolean completed = phase == AttemptPhase.COMPLETED;
    history.add(
        new AttemptStatus(
            request.id(),
            "video",
            completed ? "completed" : why == null ? "in_progress" : "failed",
            phase,
            completed ? 100 : 90 * step / steps,
            history.size() + 1L,
            phase == AttemptPhase.DENOISING ? "high" : null,
            step,
            steps,
            why == null ? null : new AttemptStatus.AttemptError(why, "scripted " + why, null),
            completed ? Map.of("denoise", 0.1) : null,
            completed
                ? List.of(
                    new AttemptStatus.Artifact(
                        "video", "video/mp4", bytes().length, sha256(bytes())))
                : null,
            phase == AttemptPhase.DENOISING && step > 0 ? offered(step) : null,
            null,
            null,
            null));
    notifyAll();
    return true;
  }

  private AttemptStatus.Checkpoint offered(int step) {
    byte[] bytes =
        ("checkpoint of %s at step %d".formatted(request.prompt(), step))
            .getBytes(StandardCharsets.UTF_8);
    return new AttemptStatus.Checkpoint(step, bytes.length, sha256(bytes));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
