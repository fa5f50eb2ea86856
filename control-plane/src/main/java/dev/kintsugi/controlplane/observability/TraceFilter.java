package dev.kintsugi.controlplane.observability;

import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import io.micronaut.context.propagation.slf4j.MdcPropagationContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.Map;

/** Gives every request its id and trace before anything else looks at it, and times it. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class TraceFilter implements Ordered {

  private final Histogram durations;

  TraceFilter(Meters meters) {
    this.durations = meters.histogram(AdmissionCatalogue.HTTP_DURATION);
  }

  @RequestFilter
  void begin(HttpRequest<?> request, MutablePropagatedContext context) {
    Trace trace = Trace.of(request.getHeaders().get("traceparent"));
    request.setAttribute(Trace.ATTRIBUTE, trace);
    context.add(
        new MdcPropagationContext(
            Map.of("trace_id", trace.traceId(), "request_id", trace.requestId())));
  }

  @ResponseFilter
  void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
    Trace trace = Trace.of(request);
    response.header("x-request-id", trace.requestId());
    durations
        .labelValues(
            request.getMethodName(),
            // Never the path itself: anyone could make series with it.
            BasicHttpAttributes.getUriTemplate(request).orElse("none"),
            Integer.toString(response.code()))
        .observeWithExemplar(trace.age().toNanos() / 1e9, Meters.exemplar(trace.traceId()));
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
