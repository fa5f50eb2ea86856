package dev.kintsugi.operators.servicelevelobjective;

import dev.kintsugi.core.slo.BurnLevel;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveSpec.AlertingSpec;
import dev.kintsugi.protocol.metrics.ObjectiveCatalogue;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules for the Prometheus Operator. The control plane derives windows and limits and says which
 * level fires; the rules only pass it on, and say when nothing is known. Pure.
 */
final class AlertRules {

  static final String API_VERSION = "monitoring.coreos.com/v1";
  static final String KIND = "PrometheusRule";

  private static final String PAGE = "page";
  private static final String TICKET = "ticket";

  private AlertRules() {}

  static GenericKubernetesResource of(ServiceLevelObjective resource) {
    var metadata = resource.getMetadata();
    var rule = new GenericKubernetesResource();
    rule.setApiVersion(API_VERSION);
    rule.setKind(KIND);
    rule.setMetadata(
        new ObjectMetaBuilder()
            .withName("kslo-" + metadata.getName())
            .withNamespace(metadata.getNamespace())
            .withLabels(
                Map.of(
                    "app.kubernetes.io/managed-by",
                    "kintsugi",
                    "kintsugi.dev/service",
                    resource.getSpec().service()))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(resource.getApiVersion())
                    .withKind(resource.getKind())
                    .withName(metadata.getName())
                    .withUid(metadata.getUid())
                    .withController(true)
                    .withBlockOwnerDeletion(true)
                    .build())
            .build());
    List<Map<String, Object>> rules = rules(resource);
    rule.setAdditionalProperty(
        "spec",
        Map.of(
            "groups",
            rules.isEmpty()
                ? List.of()
                : List.of(Map.of("name", "kintsugi-slo-" + metadata.getName(), "rules", rules))));
    return rule;
  }

  private static List<Map<String, Object>> rules(ServiceLevelObjective resource) {
    AlertingSpec alerting = resource.getSpec().alerting();
    String slo = resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
    List<Map<String, Object>> rules = new ArrayList<>();
    if (alerting.page()) {
      for (BurnLevel.Name level : BurnLevel.Name.values()) {
        if (level.pages()) {
          rules.add(burning(slo, level, PAGE));
        }
      }
      rules.add(
          rule(
              "KintsugiBudgetSpent",
              "max by (slo, service) (%s{slo=\"%s\",state=\"exhausted\"}) == 1"
                  .formatted(ObjectiveCatalogue.SLO_STATE.name(), slo),
              "1m",
              PAGE,
              slo + ": the error budget is spent."));
    }
    if (alerting.ticket()) {
      rules.add(burning(slo, BurnLevel.Name.TICKET, TICKET));
      rules.add(
          rule(
              "KintsugiObjectiveUnknown",
              "absent(%s{slo=\"%s\"}) == 1".formatted(ObjectiveCatalogue.SLO_STATE.name(), slo),
              "10m",
              TICKET,
              slo + ": nothing says how it stands."));
    }
    return rules;
  }

  private static Map<String, Object> burning(String slo, BurnLevel.Name level, String severity) {
    return rule(
        "KintsugiBudgetBurns",
        "max by (slo, service, level) (%s{slo=\"%s\",level=\"%s\"}) == 1"
            .formatted(ObjectiveCatalogue.SLO_FIRING.name(), slo, level.wireName()),
        null,
        severity,
        slo + ": the error budget burns, level " + level.wireName() + ".");
  }

  private static Map<String, Object> rule(
      String alert, String expression, @Nullable String since, String severity, String summary) {
    Map<String, Object> rule = new LinkedHashMap<>();
    rule.put("alert", alert);
    rule.put("expr", expression);
    if (since != null) {
      rule.put("for", since);
    }
    rule.put("labels", Map.of("severity", severity));
    rule.put("annotations", Map.of("summary", summary));
    return rule;
  }
}
