package dev.kintsugi.controlplane.tracing;

import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.HexFormat;

/**
 * Ids of spans. The parts of one job's trace are written by different replicas, days apart, so what
 * they refer to has an id that follows from the job's or the attempt's own: its last 16 digits.
 */
final class SpanIds implements IdGenerator {

  private static final ScopedValue<SpanContext> CHOSEN = ScopedValue.newInstance();
  private static final int DIGITS = 16;

  private final IdGenerator random = IdGenerator.random();

  /** The job, from its acceptance to its end. */
  static SpanContext job(Job job) {
    return context(job.traceId(), last(job.id()));
  }

  /** The request that submitted the job. */
  static SpanContext submission(Job job) {
    long other = ~HexFormat.fromHexDigitsToLong(last(job.id()));
    return context(job.traceId(), HexFormat.of().toHexDigits(other));
  }

  static SpanContext attempt(Job job, Attempt attempt) {
    return context(job.traceId(), last(attempt.id()));
  }

  static SpanContext context(String traceId, String spanId) {
    return SpanContext.createFromRemoteParent(
        traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
  }

  /** Where a child of the span begins. */
  static Context under(SpanContext parent) {
    return Context.root().with(Span.wrap(parent));
  }

  /** Starts the span under this id; its trace is its parent's, or this one where it has none. */
  static Span start(SpanBuilder span, SpanContext chosen) {
    return ScopedValue.where(CHOSEN, chosen).call(span::startSpan);
  }

  private static String last(String id) {
    return id.substring(id.length() - DIGITS);
  }

  @Override
  public String generateSpanId() {
    return CHOSEN.isBound() ? CHOSEN.get().getSpanId() : random.generateSpanId();
  }

  @Override
  public String generateTraceId() {
    return CHOSEN.isBound() ? CHOSEN.get().getTraceId() : random.generateTraceId();
  }
}
