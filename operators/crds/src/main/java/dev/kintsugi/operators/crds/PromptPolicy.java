package dev.kintsugi.operators.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** How prompts of one DiffusionService, or of a whole namespace, are screened. */
@Group(DiffusionService.GROUP)
@Version(DiffusionService.VERSION)
@Kind("PromptPolicy")
@Plural("promptpolicies")
@Singular("promptpolicy")
@ShortNames("pp")
@AdditionalPrinterColumn(name = "Service", jsonPath = ".status.target")
@AdditionalPrinterColumn(
    name = "Rules",
    jsonPath = ".status.enforced",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Intercepted", jsonPath = ".status.interception.rate")
@AdditionalPrinterColumn(
    name = "Rejected",
    jsonPath = ".status.verdicts.reject",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Accepted",
    jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "Good stopped",
    jsonPath = ".status.interception.falsePositiveRate",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class PromptPolicy extends CustomResource<PromptPolicySpec, PromptPolicyStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected @Nullable PromptPolicySpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable PromptPolicyStatus initStatus() {
    return null;
  }
}
