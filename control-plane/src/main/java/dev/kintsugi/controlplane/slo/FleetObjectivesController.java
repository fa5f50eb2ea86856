package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.core.dispatch.FleetVersion;
import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operators push objectives and read what they came to. Not part of the public API. */
@Hidden
@Controller("/fleet/v1/objectives")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FleetObjectivesController {

  private final ObjectiveStore store;
  private final Objectives objectives;
  private final Reports reports;
  private final Clock clock;

  FleetObjectivesController(
      ObjectiveStore store, Objectives objectives, Reports reports, Clock clock) {
    this.store = store;
    this.objectives = objectives;
    this.reports = reports;
    this.clock = clock;
  }

  @Get("/{namespace}/{name}")
  ObjectiveEvidence get(String namespace, String name) {
    return reports.evidence(namespace, name);
  }

  /** Puts an objective in force; repeating a push changes nothing, an older one is refused. */
  @Put("/{namespace}/{name}")
  ObjectiveEvidence put(String namespace, String name, @Body ServiceObjective pushed) {
    List<String> problems = ObjectiveRules.problems(namespace, name, pushed);
    if (!problems.isEmpty()) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "The objective is not valid: " + String.join("; ", problems));
    }
    ObjectiveStore.Push push = store.put(namespace, name, pushed, clock.instant());
    if (push.acceptance() == Acceptance.STALE) {
      throw ApiException.of(ErrorCode.STALE_GENERATION, stale(pushed, push.inForce()));
    }
    if (push.acceptance() == Acceptance.STORE) {
      objectives.judge();
    }
    return reports.evidence(namespace, name);
  }

  /** Forgets an objective; repeating it changes nothing. */
  @Delete("/{namespace}/{name}")
  HttpResponse<?> delete(String namespace, String name, @QueryValue @Nullable String uid) {
    store.delete(namespace, name, uid, clock.instant());
    objectives.judge();
    return HttpResponse.noContent();
  }

  private static String stale(ServiceObjective pushed, FleetVersion inForce) {
    return "uid %s generation %d is not newer than uid %s generation %d, or the objective was deleted."
        .formatted(pushed.uid(), pushed.generation(), inForce.uid(), inForce.generation());
  }
}
