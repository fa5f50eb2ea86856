package dev.kintsugi.operators.health;

import dev.kintsugi.operators.kube.OperatorRuntime;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
class HealthController {

  private static final String TEXT = "text/plain; charset=utf-8";

  private final OperatorRuntime runtime;
  private final OperatorMetrics metrics;
  private final ExpositionFormats formats = ExpositionFormats.init();

  HealthController(OperatorRuntime runtime, OperatorMetrics metrics) {
    this.runtime = runtime;
    this.metrics = metrics;
  }

  /** The process may go on: its start did not fail and, where it leads, its caches are fed. */
  @Get("/healthz")
  @Produces(TEXT)
  HttpResponse<String> healthy() {
    return answer(runtime.healthy(), "caches are not fed by the API server");
  }

  /** A standby that waits for the lead is ready: it can take over. */
  @Get("/readyz")
  @Produces(TEXT)
  HttpResponse<String> ready() {
    return answer(runtime.started(), "starting");
  }

  /** With exemplars for who accepts OpenMetrics. */
  @Get("/metrics")
  @Produces(MediaType.ALL)
  HttpResponse<byte[]> metrics(@Nullable @Header(HttpHeaders.ACCEPT) String accept)
      throws IOException {
    var writer = formats.findWriter(accept);
    var out = new ByteArrayOutputStream();
    writer.write(out, metrics.registry().scrape());
    return HttpResponse.ok(out.toByteArray())
        .header(HttpHeaders.CONTENT_TYPE, writer.getContentType());
  }

  private static HttpResponse<String> answer(boolean good, String otherwise) {
    return good
        ? HttpResponse.ok("ok\n")
        : HttpResponse.status(HttpStatus.SERVICE_UNAVAILABLE).body(otherwise + "\n");
  }
}
