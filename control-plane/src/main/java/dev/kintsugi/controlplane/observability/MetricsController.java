package dev.kintsugi.controlplane.observability;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /metrics} in the Prometheus text format, or in OpenMetrics, with exemplars, for who
 * accepts that.
 */
@Hidden
@Controller("/metrics")
final class MetricsController {

  private final Meters meters;
  private final ExpositionFormats formats = ExpositionFormats.init();

  MetricsController(Meters meters) {
    this.meters = meters;
  }

  @Get(produces = "*/*")
  HttpResponse<byte[]> metrics(@Nullable @Header(HttpHeaders.ACCEPT) String accept)
      throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, meters.registry().scrape());
    return HttpResponse.ok(out.toByteArray())
        .header(HttpHeaders.CONTENT_TYPE, writer.getContentType());
  }
}
