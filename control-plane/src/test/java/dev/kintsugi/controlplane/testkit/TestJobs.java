package dev.kintsugi.controlplane.testkit;

import dev.kintsugi.controlplane.queue.AttemptFailure;
import dev.kintsugi.controlplane.queue.ClaimRequest;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.queue.Progress;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jobs, results and requests with ordinary values. */
public final class TestJobs {

  public static final String SERVICE = "studio/demo";
  public static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  public static final Duration LEASE = Duration.ofSeconds(15);

  private TestJobs() {}

  public static JobParameters parameters(String prompt) {
    return new JobParameters(prompt, null, 64, 48, 9, 8, 4, 5.0, null, null, 7, "1");
  }

  public static NewJob job() {
    return job("default", Priority.STANDARD);
  }

  public static NewJob job(String tenant, Priority priority) {
    return job(tenant, priority, null, "hash");
  }

  public static NewJob job(
      String tenant, Priority priority, @Nullable String idempotencyKey, String hash) {
    return new NewJob(
        tenant,
        SERVICE,
        "wan-tiny",
        priority,
        parameters("a red ball"),
        null,
        null,
        idempotencyKey,
        hash,
        10,
        1,
        NOON.plus(Duration.ofHours(24)),
        1_000_000,
        "0123456789abcdef0123456789abcdef");
  }

  public static ClaimRequest slot(String node) {
    return slot(node, 1, false);
  }

  public static ClaimRequest slot(String node, int slots, boolean spot) {
    return new ClaimRequest(SERVICE, "r1", node, spot, slots, LEASE, "replica-1");
  }

  public static Progress step(int step) {
    return new Progress(AttemptPhase.DENOISING, "high", step, 4, 10 + 20 * step);
  }

  public static Result result() {
    return result(null);
  }

  /**
   * @param score of the quality gate
   */
  public static Result result(@Nullable Double score) {
    return new Result(
        new Video.Delivered("64x48", 9, 8, 4, "wan-tiny", "1", 7, 1, false, null, null, null),
        Map.of("denoise", 1.5),
        List.of(
            new AttemptStatus.Artifact("video", "video/mp4", 1234, "a".repeat(64)),
            new AttemptStatus.Artifact("thumbnail", "image/jpeg", 123, "b".repeat(64))),
        2.5,
        Duration.ofHours(24),
        score,
        null);
  }

  public static AttemptFailure nodeLost() {
    return new AttemptFailure(
        FailureClass.NODE_LOST, "the node went away", Attribution.NODE.name());
  }

  public static NextStep again(Instant notBefore) {
    return again(notBefore, Set.of(), notBefore);
  }

  public static NextStep again(Instant notBefore, Set<String> avoid, Instant avoidUntil) {
    Plan plan = new Plan(Rung.OTHER_NODE, new Size(64, 48), 9, 4, 7, false, false, null, null);
    return new NextStep.Again(plan, notBefore, avoid, avoidUntil);
  }

  public static NextStep giveUp() {
    return new NextStep.GiveUp(ErrorCode.GENERATION_FAILED, "the node went away");
  }
}
