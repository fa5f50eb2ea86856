package dev.kintsugi.operators.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** One model served by pools of inference pods. */
@Group(DiffusionService.GROUP)
@Version(DiffusionService.VERSION)
@Kind("DiffusionService")
@Plural("diffusionservices")
@Singular("diffusionservice")
@ShortNames("dsvc")
@AdditionalPrinterColumn(name = "Model", jsonPath = ".spec.model.name")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".spec.model.version")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.ready")
@AdditionalPrinterColumn(name = "Canary", jsonPath = ".status.canary")
@AdditionalPrinterColumn(name = "SLO", jsonPath = ".status.slo")
@AdditionalPrinterColumn(name = "Serving", jsonPath = ".status.revision", priority = 1)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
    value = "size(self.metadata.name) <= 40",
    message = "metadata.name must be at most 40 characters: the names of pods are built from it")
public final class DiffusionService
    extends CustomResource<DiffusionServiceSpec, DiffusionServiceStatus> implements Namespaced {

  public static final String GROUP = "kintsugi.dev";
  public static final String VERSION = "v1alpha1";

  /** Label of everything that belongs to a service, with its name. */
  public static final String LABEL = "kintsugi.dev/service";

  private static final long serialVersionUID = 1L;

  @Override
  protected @Nullable DiffusionServiceSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable DiffusionServiceStatus initStatus() {
    return null;
  }
}
