package dev.kintsugi.controlplane.observability;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Liveness and readiness. */
@Controller
final class HealthController {

  private final List<ReadinessCheck> checks;

  HealthController(List<ReadinessCheck> checks) {
    this.checks = checks;
  }

  /** The process answers. */
  @Get("/healthz")
  Map<String, String> healthy() {
    return Map.of("status", "ok");
  }

  /** 200 when requests can be served, else 503 with what is missing. */
  @Get("/readyz")
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<Map<String, Object>> ready() {
    Map<String, String> missing = new TreeMap<>();
    for (ReadinessCheck check : checks) {
      check.problem().ifPresent(problem -> missing.put(check.name(), problem));
    }
    return missing.isEmpty()
        ? HttpResponse.ok(Map.of("status", "ok"))
        : HttpResponse.<Map<String, Object>>status(503, "not ready")
            .body(Map.of("status", "not_ready", "problems", missing));
  }
}
