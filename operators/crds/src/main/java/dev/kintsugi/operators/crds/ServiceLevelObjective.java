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

/** One promise of one DiffusionService of the same namespace. */
@Group(DiffusionService.GROUP)
@Version(DiffusionService.VERSION)
@Kind("ServiceLevelObjective")
@Plural("servicelevelobjectives")
@Singular("servicelevelobjective")
@ShortNames("kslo")
@AdditionalPrinterColumn(name = "Service", jsonPath = ".spec.service")
@AdditionalPrinterColumn(name = "Objective", jsonPath = ".status.objective")
@AdditionalPrinterColumn(name = "Current", jsonPath = ".status.current")
@AdditionalPrinterColumn(name = "Budget left", jsonPath = ".status.budgetLeft")
@AdditionalPrinterColumn(name = "Burn", jsonPath = ".status.burn")
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state")
@AdditionalPrinterColumn(name = "Value", jsonPath = ".status.value", priority = 1)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Met\")].reason",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class ServiceLevelObjective
    extends CustomResource<ServiceLevelObjectiveSpec, ServiceLevelObjectiveStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected @Nullable ServiceLevelObjectiveSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable ServiceLevelObjectiveStatus initStatus() {
    return null;
  }
}
