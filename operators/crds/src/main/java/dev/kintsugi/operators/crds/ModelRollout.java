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

/** One change of a service's revision: made by the operator, kept as history. */
@Group(DiffusionService.GROUP)
@Version(DiffusionService.VERSION)
@Kind("ModelRollout")
@Plural("modelrollouts")
@Singular("modelrollout")
@ShortNames("mro")
@AdditionalPrinterColumn(name = "Service", jsonPath = ".spec.service")
@AdditionalPrinterColumn(name = "From", jsonPath = ".spec.from.model.version")
@AdditionalPrinterColumn(name = "To", jsonPath = ".spec.to.model.version")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Step", jsonPath = ".status.progress")
@AdditionalPrinterColumn(name = "Weight", jsonPath = ".status.weight")
@AdditionalPrinterColumn(name = "Carried", jsonPath = ".status.evidence.carriedPercent")
@AdditionalPrinterColumn(name = "Verdict", jsonPath = ".status.verdict")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.reason", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class ModelRollout extends CustomResource<ModelRolloutSpec, ModelRolloutStatus>
    implements Namespaced {

  /** Annotation that asks for something: one word, taken off when it was dealt with. */
  public static final String ACTION = "kintsugi.dev/action";

  private static final long serialVersionUID = 1L;

  @Override
  protected @Nullable ModelRolloutSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable ModelRolloutStatus initStatus() {
    return null;
  }
}
