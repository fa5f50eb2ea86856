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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnalysisPushTest {

  private static final DiffusionServiceSpec SERVICE =
      DiffusionServiceSpec.of(
          new ModelSpec("wan", "1", null, null, null), List.of(PoolSpec.of("main", 2)));

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

  @Test
  void theControlPlaneIsToldHowMuchDearerTheNewRevisionIs() {
    assertThat(pushed(priced("2.00"), priced("2.50")).priceRatio()).isEqualTo(1.25);
    assertThat(pushed(priced("2"), priced("2.00")).priceRatio()).as("the same").isNull();
    assertThat(pushed(priced(null), priced("2.50")).priceRatio()).as("not known").isNull();
    assertThat(pushed(priced("0"), priced("2.50")).priceRatio()).as("was for free").isNull();
    assertThat(pushed(priced("0.001"), priced("2.50")).priceRatio()).isEqualTo(100);
  }

  private static Revision priced(@Nullable String gpuHourUsd) {
    return new Revision("a", SERVICE.model(), SERVICE.runtime(), SERVICE.warmup(), gpuHourUsd);
  }

  private static ServiceState.Rollout pushed(AnalysisSpec analysis) {
    return pushed(priced(null), priced(null), analysis);
  }

  private static ServiceState.Rollout pushed(Revision from, Revision to) {
    return pushed(from, to, new AnalysisSpec(null, null, null, null, null, null, null));
  }

  private static ServiceState.Rollout pushed(Revision from, Revision to, AnalysisSpec analysis) {
    var how = SERVICE.rollout();
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
            from,
            to,
            Map.of("main", 2),
            how.steps(),
            analysis,
            how.bake(),
            how.maxSurge(),
            false));
    return ModelRollouts.wire(rollout, ModelRollouts.state(rollout));
  }
}
