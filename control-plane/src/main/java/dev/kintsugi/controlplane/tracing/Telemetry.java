package dev.kintsugi.controlplane.tracing;

import io.micronaut.context.env.Environment;
import io.micronaut.core.naming.conventions.StringConvention;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry as its standard environment variables ask for it: off until {@code
 * OTEL_EXPORTER_OTLP_ENDPOINT} (or {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}) is set. The same
 * settings may be given as properties, {@code otel.exporter.otlp.endpoint}.
 */
@Singleton
final class Telemetry {

  private static final List<String> ENDPOINTS =
      List.of("otel.exporter.otlp.endpoint", "otel.exporter.otlp.traces.endpoint");

  /** Who samples decides by the trace's id alone: a job's spans are written by several replicas. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", "kintsugi-control-plane",
          "otel.traces.sampler", "traceidratio",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none");

  private final @Nullable OpenTelemetrySdk sdk;
  private final Tracer tracer;

  Telemetry(Environment environment) {
    boolean on =
        ENDPOINTS.stream()
            .flatMap(name -> environment.getProperty(name, String.class).stream())
            .anyMatch(endpoint -> !endpoint.isBlank());
    this.sdk = on ? sdk(settings(environment)) : null;
    this.tracer =
        (sdk == null ? io.opentelemetry.api.OpenTelemetry.noop() : sdk).getTracer("dev.kintsugi");
  }

  boolean on() {
    return sdk != null;
  }

  Tracer tracer() {
    return tracer;
  }

  private static OpenTelemetrySdk sdk(Map<String, String> settings) {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(() -> DEFAULTS)
        .addPropertiesSupplier(() -> settings)
        .addTracerProviderCustomizer((traces, config) -> traces.setIdGenerator(new SpanIds()))
        .disableShutdownHook()
        .build()
        .getOpenTelemetrySdk();
  }

  private static Map<String, String> settings(Environment environment) {
    Map<String, String> settings = new HashMap<>();
    environment
        .getProperties("otel", StringConvention.RAW)
        .forEach((name, value) -> settings.put("otel." + name, String.valueOf(value)));
    return settings;
  }

  /** Sends what waits. */
  @PreDestroy
  void close() {
    if (sdk != null) {
      sdk.close();
    }
  }
}
