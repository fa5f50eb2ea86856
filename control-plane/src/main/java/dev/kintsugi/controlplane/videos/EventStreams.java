package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.observability.Stopping;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobEvent;
import dev.kintsugi.controlplane.queue.JobQueue;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Follows a job's progress log. Each follower has a virtual thread that reads the log from the
 * database, so it does not matter which replica runs the job or which one the follower reached.
 */
@Singleton
final class EventStreams {

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int BATCH = 200;
  private static final byte[] HEARTBEAT = ": still here\n\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OPENING = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);

  private final JobQueue queue;
  private final ObjectMapper json;
  private final Stopping stopping;
  private final Clock clock;
  private final Duration heartbeat;

  EventStreams(
      JobQueue queue,
      ObjectMapper json,
      Stopping stopping,
      Clock clock,
      @Value("${kintsugi.events-heartbeat:15s}") Duration heartbeat) {
    this.queue = queue;
    this.json = json;
    this.stopping = stopping;
    this.clock = clock;
    this.heartbeat = heartbeat;
  }

  /** Everything after {@code afterSequence}, until the job ends or is deleted. */
  Publisher<byte[]> follow(Job job, long afterSequence) {
    return Flux.create(
        sink -> {
          Thread follower =
              Thread.ofVirtual()
                  .name("events-" + job.id())
                  .start(() -> run(sink, job, afterSequence));
          sink.onDispose(follower::interrupt);
        });
  }

  private void run(FluxSink<byte[]> sink, Job job, long afterSequence) {
    try {
      sink.next(OPENING);
      emit(sink, job, afterSequence);
    } catch (InterruptedException goneClient) {
      Thread.currentThread().interrupt();
    } catch (DatabaseUnavailableException comeBack) {
      // The stream ends; the client resumes by Last-Event-ID.
    } catch (RuntimeException defect) {
      sink.error(defect);
      return;
    }
    sink.complete();
  }

  private void emit(FluxSink<byte[]> sink, Job job, long afterSequence)
      throws InterruptedException {
    long after = afterSequence;
    Instant lastSent = clock.instant();
    while (!sink.isCancelled() && !stopping.begun()) {
      List<JobEvent> events = queue.events(job.id(), after, BATCH);
      for (JobEvent event : events) {
        sink.next(frame(job.id(), event));
        after = event.sequence();
        lastSent = clock.instant();
        if (event.status().terminal()) {
          return;
        }
      }
      if (events.isEmpty()) {
        if (over(job, after)) {
          return;
        }
        if (!clock.instant().isBefore(lastSent.plus(heartbeat))) {
          sink.next(HEARTBEAT);
          lastSent = clock.instant();
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  /** Ended before the follower came, with nothing left to tell; or deleted. */
  private boolean over(Job job, long after) {
    return queue
        .find(job.tenant(), job.id())
        .map(now -> now.status().terminal() && now.sequence() <= after)
        .orElse(true);
  }

  private byte[] frame(String jobId, JobEvent event) {
    VideoEvent data = VideoEvent.of(jobId, event);
    try {
      return "id: %d\nevent: %s\ndata: %s\n\n"
          .formatted(event.sequence(), data.phase(), json.writeValueAsString(data))
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
