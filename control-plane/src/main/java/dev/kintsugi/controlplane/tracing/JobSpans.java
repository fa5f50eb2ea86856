package dev.kintsugi.controlplane.tracing;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.Result;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a job that has ended: {@code video}, in it {@code review} for the wait for a person,
 * {@code queue} for each wait and {@code attempt} for each try, and in the try that made the video
 * its stages.
 */
final class JobSpans {

  private static final AttributeKey<String> JOB = AttributeKey.stringKey("kintsugi.job");
  private static final AttributeKey<String> TENANT = AttributeKey.stringKey("kintsugi.tenant");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("kintsugi.service");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("kintsugi.model");
  private static final AttributeKey<String> PRIORITY = AttributeKey.stringKey("kintsugi.priority");
  private static final AttributeKey<Boolean> DEGRADED =
      AttributeKey.booleanKey("kintsugi.degraded");
  private static final AttributeKey<String> STEP = AttributeKey.stringKey("kintsugi.ladder_step");
  private static final AttributeKey<String> ATTEMPT = AttributeKey.stringKey("kintsugi.attempt");
  private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("kintsugi.attempt_number");
  private static final AttributeKey<String> NODE = AttributeKey.stringKey("kintsugi.node");
  private static final AttributeKey<String> REVISION = AttributeKey.stringKey("kintsugi.revision");
  private static final AttributeKey<String> BLAME = AttributeKey.stringKey("kintsugi.attribution");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /** One after the other; {@code judge} runs beside {@code decode}. */
  private static final List<String> STAGES = List.of("text_encode", "denoise", "decode", "encode");

  private static final String BESIDE = "judge";

  private final Tracer tracer;
  private final Job job;

  JobSpans(Tracer tracer, Job job) {
    this.tracer = tracer;
    this.job = job;
  }

  /** Says whose job the span is about. */
  static SpanBuilder about(Job job, SpanBuilder span) {
    return span.setAttribute(JOB, job.id())
        .setAttribute(TENANT, job.tenant())
        .setAttribute(SERVICE, job.service());
  }

  void write(List<Attempt> attempts, Instant end) {
    Span video =
        SpanIds.start(
            about(job, builder("video", SpanIds.submission(job), job.createdAt())),
            SpanIds.job(job));
    video.setAttribute(MODEL, job.model());
    video.setAttribute(PRIORITY, job.priority().wireName());
    conclude(video);
    Instant waitsSince = reviewed(end);
    for (Attempt attempt : attempts) {
      waited(waitsSince, attempt.startedAt());
      Instant ended = attempt.endedAt() == null ? end : attempt.endedAt();
      tried(attempt, ended);
      waitsSince = ended;
    }
    waited(waitsSince, end);
    video.end(end);
  }

  private void conclude(Span video) {
    if (job.error() != null) {
      failed(video, job.error().code(), job.error().message());
    } else if (job.result() != null) {
      video.setAttribute(DEGRADED, job.result().delivered().degraded());
      String step = job.result().delivered().ladderStep();
      if (step != null) {
        video.setAttribute(STEP, step);
      }
    }
  }

  /** When the wait for a node began. */
  private Instant reviewed(Instant end) {
    Instant decided = job.unreleased() ? end : job.waitingSince();
    if (decided.isAfter(job.createdAt())) {
      builder("review", SpanIds.job(job), job.createdAt()).startSpan().end(decided);
    }
    return decided;
  }

  private void waited(Instant from, Instant until) {
    if (until.isAfter(from)) {
      builder("queue", SpanIds.job(job), from).startSpan().end(until);
    }
  }

  private void tried(Attempt attempt, Instant ended) {
    SpanContext context = SpanIds.attempt(job, attempt);
    Span span = SpanIds.start(builder("attempt", SpanIds.job(job), attempt.startedAt()), context);
    span.setAttribute(ATTEMPT, attempt.id());
    span.setAttribute(NUMBER, (long) attempt.number());
    span.setAttribute(NODE, attempt.nodeId());
    span.setAttribute(REVISION, attempt.revision());
    if (attempt.attribution() != null) {
      span.setAttribute(BLAME, attempt.attribution());
    }
    if (Attempt.COMPLETED.equals(attempt.outcome())) {
      stages(context, attempt.startedAt(), job.result());
    } else if (attempt.outcome() != null) {
      failed(span, attempt.outcome(), attempt.message());
    }
    span.end(ended);
  }

  private void stages(SpanContext attempt, Instant begin, @Nullable Result result) {
    Map<String, Double> seconds = result == null ? Map.of() : result.stageDurations();
    Instant at = begin;
    for (String stage : STAGES) {
      if (stage.equals("decode")) {
        stage(attempt, BESIDE, at, seconds);
      }
      at = stage(attempt, stage, at, seconds);
    }
  }

  private Instant stage(
      SpanContext attempt, String stage, Instant begin, Map<String, Double> seconds) {
    Double took = seconds.get(stage);
    if (took == null) {
      return begin;
    }
    Instant end = begin.plus(Duration.ofNanos(Math.round(took * 1e9)));
    builder(stage, attempt, begin).startSpan().end(end);
    return end;
  }

  private SpanBuilder builder(String name, SpanContext parent, Instant begin) {
    return tracer.spanBuilder(name).setParent(SpanIds.under(parent)).setStartTimestamp(begin);
  }

  private static void failed(Span span, String type, @Nullable String message) {
    span.setAttribute(ERROR, type);
    span.setStatus(StatusCode.ERROR, message == null ? "" : message);
  }
}
