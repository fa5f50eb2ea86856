package dev.kintsugi.operators.modelrollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.operators.crds.RuntimeSpec;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevisionNoteTest {

  private static Deployment noted(String note) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .addToAnnotations(RevisionNote.ANNOTATION, note)
        .endMetadata()
        .build();
  }

  @Test
  void whatWasNotedIsReadAgain() {
    var runtime =
        new RuntimeSpec(
            "node:1",
            new ResourceRequirementsBuilder()
                .withLimits(Map.of("nvidia.com/gpu", new Quantity("1")))
                .build(),
            List.of(new EnvVarBuilder().withName("A").withValue("b").build()),
            Map.of("gpu", "h200", "zone", "a", "disk", "ssd"),
            List.of(new TolerationBuilder().withKey("gpu").withOperator("Exists").build()),
            "20m",
            true);
    var spec =
        DiffusionServiceSpec.of(
            new ModelSpec("wan", "1", "pvc://weights/a", "sha256:" + "0".repeat(64), null),
            List.of(PoolSpec.of("main", 1)));
    var revision = new Revision("a", spec.model(), runtime, spec.warmup(), "2.49");
    String note = RevisionNote.write(revision);

    assertThat(RevisionNote.read(List.of(noted(note)))).isEqualTo(Map.of("a", revision));
    assertThat(note)
        .as("the same in every process")
        .contains("{\"disk\":\"ssd\",\"gpu\":\"h200\",\"zone\":\"a\"}");
  }

  @Test
  void whatNobodyCanReadIsLeftOut() {
    assertThat(
            RevisionNote.read(
                List.of(
                    noted("{"), new DeploymentBuilder().withNewMetadata().endMetadata().build())))
        .isEmpty();
  }
}
