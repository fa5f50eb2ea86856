package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.observability.Stopping;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Waits for a job on behalf of a caller who wants the file in one call. The job does not depend on
 * the caller staying: it can be fetched later like any other.
 */
@Singleton
final class SyncWait {

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Jobs jobs;
  private final Contents contents;
  private final Stopping stopping;
  private final Clock clock;
  private final Duration longest;

  SyncWait(
      Jobs jobs,
      Contents contents,
      Stopping stopping,
      Clock clock,
      @Value("${kintsugi.sync-timeout:5m}") Duration longest) {
    this.jobs = jobs;
    this.contents = contents;
    this.stopping = stopping;
    this.clock = clock;
    this.longest = longest;
  }

  HttpResponse<?> await(HttpRequest<?> request, Job submitted) {
    Tenant tenant = Tenant.of(request);
    Instant end = clock.instant().plus(longest);
    Job job = submitted;
    while (!job.status().terminal()) {
      if (stopping.begun() || clock.instant().isAfter(end)) {
        throw ApiException.of(
            ErrorCode.DEADLINE_EXCEEDED,
            "The video is not done yet. It goes on: fetch it at /v1/videos/" + job.id() + ".");
      }
      if (job.held()) {
        throw ApiException.of(
            ErrorCode.DEADLINE_EXCEEDED,
            "A person looks at this prompt first, by %s. The video goes on: fetch it at /v1/videos/%s."
                .formatted(job.decideBy(), job.id()));
      }
      pause(job);
      job = jobs.require(tenant, job.id());
    }
    Job.JobError error = job.error();
    if (error != null) {
      throw ApiException.of(code(error), error.message() + " (" + job.id() + ")");
    }
    return contents.whole(job).header("x-video-id", job.id());
  }

  private static ErrorCode code(Job.JobError error) {
    return Arrays.stream(ErrorCode.values())
        .filter(code -> code.wireName().equals(error.code()))
        .findFirst()
        .orElse(ErrorCode.GENERATION_FAILED);
  }

  private static void pause(Job job) {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw ApiException.of(
          ErrorCode.UNAVAILABLE,
          "The server is stopping. The video goes on: fetch it at /v1/videos/" + job.id() + ".");
    }
  }
}
