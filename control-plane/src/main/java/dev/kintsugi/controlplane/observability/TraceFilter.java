package dev.kintsugi.controlplane.observability;

import io.micronaut.context.propagation.slf4j.MdcPropagationContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Map;

/** Gives every request its id and trace before anything else looks at it. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class TraceFilter implements Ordered {

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
    response.header("x-request-id", Trace.of(request).requestId());
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
