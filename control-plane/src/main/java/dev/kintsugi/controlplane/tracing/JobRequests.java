package dev.kintsugi.controlplane.tracing;

import dev.kintsugi.controlplane.observability.Trace;
import dev.kintsugi.controlplane.queue.Job;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Spans of the requests in which a customer hands a job in and takes its video away. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
public final class JobRequests implements Ordered {

  private static final String JOB = "kintsugi.job";
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final Duration JITTER = Duration.ofNanos(100_000);
  private static final int DRIFT = 1_000;
  private static final int SERVER_ERROR = 500;

  private final Telemetry telemetry;
  private final Clock clock;

  JobRequests(Telemetry telemetry, Clock clock) {
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /** The request is part of this job's trace. */
  public static Job partOf(Job job, HttpRequest<?> request) {
    request.setAttribute(JOB, job);
    return job;
  }

  @ResponseFilter
  void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
    if (telemetry.on()) {
      request.getAttribute(JOB, Job.class).ifPresent(job -> write(job, request, response.code()));
    }
  }

  private void write(Job job, HttpRequest<?> request, int status) {
    Trace trace = Trace.of(request);
    Instant end = clock.instant();
    Duration age = trace.age();
    Instant begin = end.minus(age);
    String route = BasicHttpAttributes.getUriTemplate(request).orElse("none");
    SpanBuilder builder =
        JobSpans.about(job, telemetry.tracer().spanBuilder(request.getMethodName() + " " + route))
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(begin)
            .setAttribute(METHOD, request.getMethodName())
            .setAttribute(ROUTE, route)
            .setAttribute(STATUS, (long) status);
    // A client repeats a submission under the same trace, too. The age is of another clock.
    Duration apart = JITTER.plus(age.dividedBy(DRIFT));
    boolean first = job.createdAt().isAfter(begin.minus(apart));
    Span span = first ? submitted(builder, job, trace) : later(builder, job, trace);
    if (status >= SERVER_ERROR) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end(end);
  }

  /** The request that began the job's trace: a child of the caller's span where it named one. */
  private static Span submitted(SpanBuilder span, Job job, Trace trace) {
    String parent = trace.parentId();
    if (parent == null) {
      span.setNoParent();
    } else {
      span.setParent(SpanIds.under(SpanIds.context(job.traceId(), parent)));
    }
    return SpanIds.start(span, SpanIds.submission(job));
  }

  /** A later request about the job, linked to the trace that its caller is in. */
  private static Span later(SpanBuilder span, Job job, Trace trace) {
    String parent = trace.parentId();
    if (parent != null) {
      span.addLink(SpanIds.context(trace.traceId(), parent));
    }
    return span.setParent(SpanIds.under(SpanIds.job(job))).startSpan();
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
