package dev.kintsugi.controlplane.observability;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** {@code GET /metrics} in the Prometheus text format. */
@Hidden
@Controller("/metrics")
final class MetricsController {

  private static final String TEXT_FORMAT = "text/plain;version=0.0.4;charset=utf-8";

  private final Meters meters;
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  MetricsController(Meters meters) {
    this.meters = meters;
  }

  @Get(produces = "*/*")
  HttpResponse<byte[]> metrics() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, meters.registry().scrape());
    return HttpResponse.ok(out.toByteArray()).header("Content-Type", TEXT_FORMAT);
  }
}
