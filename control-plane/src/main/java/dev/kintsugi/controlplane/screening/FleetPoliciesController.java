package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.learning.WrittenRules;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
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
import org.jspecify.annotations.Nullable;

/** Operators push policies and read what they came to. Not part of the public API. */
@Hidden
@Controller("/fleet/v1/prompt-policies")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FleetPoliciesController {

  private final PromptPolicies policies;
  private final WrittenRules rules;
  private final PolicyReports reports;

  FleetPoliciesController(PromptPolicies policies, WrittenRules rules, PolicyReports reports) {
    this.policies = policies;
    this.rules = rules;
    this.reports = reports;
  }

  @Get("/{namespace}/{name}")
  PromptPolicyEvidence get(String namespace, String name) {
    return reports.of(policies.require(namespace, name));
  }

  /** Puts a policy in force; repeating a push changes nothing, an older one is refused. */
  @Put("/{namespace}/{name}")
  PromptPolicyEvidence put(String namespace, String name, @Body PromptPolicyState pushed) {
    policies.put(namespace, name, pushed);
    rules.apply();
    return reports.of(policies.require(namespace, name));
  }

  /** Forgets a policy; repeating it changes nothing. */
  @Delete("/{namespace}/{name}")
  HttpResponse<?> delete(String namespace, String name, @QueryValue @Nullable String uid) {
    policies.delete(namespace, name, uid);
    rules.apply();
    return HttpResponse.noContent();
  }
}
