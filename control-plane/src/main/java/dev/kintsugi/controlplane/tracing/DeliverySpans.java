package dev.kintsugi.controlplane.tracing;

import dev.kintsugi.controlplane.queue.Job;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Spans of telling a customer's receiver that a job has ended. */
@Singleton
public final class DeliverySpans {

  private static final AttributeKey<String> DELIVERY = AttributeKey.stringKey("kintsugi.delivery");
  private static final AttributeKey<Long> TRY = AttributeKey.longKey("kintsugi.try");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> NOTE = AttributeKey.stringKey("kintsugi.outcome");

  private final Telemetry telemetry;

  DeliverySpans(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** One try, begun now; it has no span when its job is gone. */
  public Sending begin(Optional<Job> job, String delivery, int tries, String url) {
    return new Sending(
        job.map(known -> span(known, delivery, tries, url)).orElse(Span.getInvalid()));
  }

  private Span span(Job job, String delivery, int tries, String url) {
    return JobSpans.about(job, telemetry.tracer().spanBuilder("webhook"))
        .setParent(SpanIds.under(SpanIds.job(job)))
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute(DELIVERY, delivery)
        .setAttribute(TRY, (long) tries)
        .setAttribute(HOST, String.valueOf(URI.create(url).getHost()))
        .startSpan();
  }

  /** A try that is under way. */
  public static final class Sending {

    private final Span span;

    private Sending(Span span) {
      this.span = span;
    }

    /** What the request says about its trace (W3C Trace Context); nothing while tracing is off. */
    public Map<String, String> headers() {
      Map<String, String> headers = new HashMap<>();
      if (span.isRecording()) {
        W3CTraceContextPropagator.getInstance()
            .inject(Context.root().with(span), headers, Sending::put);
      }
      return headers;
    }

    /**
     * @param note what came of it, such as {@code HTTP 204}
     */
    public void end(boolean delivered, String note) {
      span.setAttribute(NOTE, note);
      if (!delivered) {
        span.setStatus(StatusCode.ERROR, note);
      }
      span.end();
    }

    private static void put(@Nullable Map<String, String> headers, String name, String value) {
      if (headers != null) {
        headers.put(name, value);
      }
    }
  }
}
