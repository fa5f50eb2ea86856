package dev.kintsugi.operators.modelrollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.crds.AnalysisSpec;
import dev.kintsugi.operators.crds.AnalysisSpec.Stickiness;
import dev.kintsugi.operators.crds.DiffusionServiceSpec;
import dev.kintsugi.operators.crds.ModelRollout;
import dev.kintsugi.operators.crds.ModelRolloutSpec;
import dev.kintsugi.operators.crds.ModelRolloutSpec.Revision;
import dev.kintsugi.operators.crds.ModelSpec;
import dev.kintsugi.operators.crds.PoolSpec;
import dev.kintsugi.protocol.fleet.ServiceState;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnalysisPushTest {

  @Test
  void theControlPlaneIsToldHowManyVideosTheShadowHas() {
    assertThat(pushed(new AnalysisSpec(null, null, null, null, null, 12, null)).shadowVideos())
        .isEqualTo(12);
    assertThat(pushed(new AnalysisSpec(null, null, null, null, null, null, null)).shadowVideos())
        .isZero();
  }

  @Test
  void theControlPlaneIsToldByWhatCustomersAreDivided() {
    assertThat(pushed(new AnalysisSpec(null, null, null, null, null, 0, Stickiness.USER)).sticky())
        .isEqualTo("user");
    assertThat(pushed(new AnalysisSpec(null, null, null, null, null, 0, null)).sticky()).isNull();
  }

  private static ServiceState.Rollout pushed(AnalysisSpec analysis) {
    DiffusionServiceSpec service =
        DiffusionServiceSpec.of(
            new ModelSpec("wan", "1", null, null, null), List.of(PoolSpec.of("main", 2)));
    var how = service.rollout();
    var rollout = new ModelRollout();
    rollout.setMetadata(
        new ObjectMetaBuilder()
            .withName("wan-1")
            .withNamespace("studio")
            .withCreationTimestamp("2026-01-01T12:00:00Z")
            .build());
    rollout.setSpec(
        new ModelRolloutSpec(
            "wan",
            Revision.of("a", service),
            Revision.of("b", service),
            Map.of("main", 2),
            how.steps(),
            analysis,
            how.bake(),
            how.maxSurge(),
            false));
    return ModelRollouts.wire(rollout, ModelRollouts.state(rollout));
  }
}
