package dev.kintsugi.controlplane.slo;

import static dev.kintsugi.controlplane.testkit.TestJobs.LEASE;
import static dev.kintsugi.controlplane.testkit.TestJobs.SERVICE;
import static dev.kintsugi.controlplane.testkit.TestJobs.again;
import static dev.kintsugi.controlplane.testkit.TestJobs.giveUp;
import static dev.kintsugi.controlplane.testkit.TestJobs.job;
import static dev.kintsugi.controlplane.testkit.TestJobs.nodeLost;

import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Jobs taken through the real queue by chance, and what a bystander noted of each. */
final class RandomHistory {

  /** What became of a job, noted without the ledger. */
  record Note(
      String id,
      String tenant,
      String revision,
      String pool,
      String outcome,
      boolean degraded,
      boolean rendered,
      Instant submitted,
      Instant ended,
      double gpuSeconds,
      double deliveredSeconds,
      @Nullable Double usd) {}

  private record Node(String id, String revision, String pool, @Nullable Double usdPerHour) {}

  private static final List<Node> NODES =
      List.of(
          new Node("studio/a", "r1", "main", 3.6),
          new Node("studio/b", "r2", "spot", 1.2),
          new Node("studio/c", "r1", "lab", null));

  private final JobQueue queue;
  private final SplittableRandom random;
  private final List<Note> notes = new ArrayList<>();

  RandomHistory(JobQueue queue, long seed) {
    this.queue = queue;
    this.random = new SplittableRandom(seed);
  }

  List<Note> notes() {
    return notes;
  }

  /** One job from submission to its end. */
  void one(Instant at) {
    String tenant = random.nextBoolean() ? "anna" : "ben";
    Job job = ((Submission.Accepted) queue.submit(job(tenant, Priority.STANDARD), at)).job();
    Instant now = at.plusMillis(random.nextInt(1, 40_000));
    double gpu = 0;
    Double usd = null;
    while (true) {
      if (random.nextInt(10) == 0) {
        queue.cancel(tenant, job.id(), now);
        note(job, tenant, "", "", "cancelled", false, false, at, now, gpu, 0, usd);
        return;
      }
      Node node = NODES.get(random.nextInt(NODES.size()));
      Claim claim = queue.claim(request(node), now).orElseThrow();
      long took = random.nextInt(500, 60_000);
      now = now.plusMillis(took);
      double seconds = took / 1000.0;
      gpu += seconds;
      Double price = node.usdPerHour();
      if (price != null) {
        usd = (usd == null ? 0 : usd) + seconds * price / 3600;
      }
      switch (random.nextInt(8)) {
        case 0 -> {
          queue.fail(claim.attemptId(), claim.fence(), nodeLost(), giveUp(), now);
          note(
              job,
              tenant,
              node.revision(),
              node.pool(),
              "failed",
              false,
              false,
              at,
              now,
              gpu,
              0,
              usd);
          return;
        }
        case 1 -> {
          Result placeholder = result("fallback_clip");
          queue.fail(
              claim.attemptId(), claim.fence(), nodeLost(), new NextStep.Answer(placeholder), now);
          note(
              job,
              tenant,
              node.revision(),
              node.pool(),
              "answered",
              true,
              false,
              at,
              now,
              gpu,
              0,
              usd);
          return;
        }
        case 2, 3 -> queue.fail(claim.attemptId(), claim.fence(), nodeLost(), again(now), now);
        default -> {
          boolean less = random.nextInt(4) == 0;
          queue.complete(
              claim.attemptId(),
              claim.fence(),
              less ? result("fewer_steps") : TestJobs.result(),
              now);
          note(
              job,
              tenant,
              node.revision(),
              node.pool(),
              "answered",
              less,
              true,
              at,
              now,
              gpu,
              seconds,
              usd);
          return;
        }
      }
    }
  }

  private void note(
      Job job,
      String tenant,
      String revision,
      String pool,
      String outcome,
      boolean degraded,
      boolean rendered,
      Instant submitted,
      Instant ended,
      double gpu,
      double delivered,
      @Nullable Double usd) {
    notes.add(
        new Note(
            job.id(), tenant, revision, pool, outcome, degraded, rendered, submitted, ended, gpu,
            delivered, usd));
  }

  private static ClaimRequest request(Node node) {
    return new ClaimRequest(
        SERVICE,
        node.revision(),
        node.id(),
        false,
        1,
        LEASE,
        "replica-1",
        Set.of(),
        node.pool(),
        node.usdPerHour(),
        null);
  }

  private static Result result(String ladderStep) {
    Result whole = TestJobs.result();
    Video.Delivered made = whole.delivered();
    return new Result(
        new Video.Delivered(
            made.size(),
            made.numFrames(),
            made.fps(),
            made.numInferenceSteps(),
            made.model(),
            made.version(),
            made.seed(),
            made.attempts(),
            true,
            "less than asked",
            ladderStep,
            null),
        whole.stageDurations(),
        whole.artifacts(),
        whole.gpuSeconds(),
        Duration.ofHours(24),
        null,
        null);
  }
}
