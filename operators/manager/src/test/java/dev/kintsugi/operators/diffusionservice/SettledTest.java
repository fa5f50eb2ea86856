package dev.kintsugi.operators.diffusionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.ServiceAsk;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SettledTest {

  private final Settled settled = new Settled();

  private static DiffusionService service(long generation) {
    var service = new DiffusionService();
    service.setMetadata(
        new ObjectMetaBuilder()
            .withName("wan")
            .withNamespace("studio")
            .withUid("u")
            .withGeneration(generation)
            .build());
    return service;
  }

  private static ServicePlan plan(int pods) {
    return new ServicePlan(
        "a",
        Map.of("a", 100),
        List.of(new GroupStep.Run(new PodGroup.Key("a", "main"), pods, 0, Set.of(), Set.of())),
        List.of(),
        pods);
  }

  private static RolloutCourse course() {
    return RolloutCourse.none(
        new ServiceAsk("a", List.of(), false, false, Duration.ofMinutes(1), Duration.ofMinutes(1)));
  }

  private static List<HasMetadata> children(UnaryOperator<ObjectMetaBuilder> deployment) {
    var metadata =
        new ObjectMetaBuilder()
            .withName("wan-main-a")
            .withUid("d")
            .withGeneration(3L)
            .withResourceVersion("10")
            .addToAnnotations("kintsugi.dev/revision-spec", "{}");
    return List.of(
        new DeploymentBuilder().withMetadata(deployment.apply(metadata).build()).build(),
        new ServiceBuilder()
            .withNewMetadata()
            .withName("wan")
            .withResourceVersion("7")
            .endMetadata()
            .build());
  }

  private boolean is(long generation, int pods, UnaryOperator<ObjectMetaBuilder> deployment) {
    return settled.is(
        service(generation),
        Settled.scene(service(generation), plan(pods), course(), children(deployment)));
  }

  @Test
  void whatIsKnownToBeRightIsNotComparedUntilSomethingOfItChanges() {
    assertThat(is(1, 2, d -> d)).as("never compared").isFalse();
    settled.found(service(1), Settled.scene(service(1), plan(2), course(), children(d -> d)));

    assertThat(is(1, 2, d -> d)).isTrue();
    assertThat(is(1, 2, d -> d.withResourceVersion("11"))).as("its status").isTrue();
    assertThat(is(2, 2, d -> d)).as("the spec").isFalse();
    assertThat(is(1, 3, d -> d)).as("the size").isFalse();
    assertThat(is(1, 2, d -> d.withGeneration(4L))).as("somebody's edit").isFalse();
    assertThat(is(1, 2, d -> d.addToAnnotations("kintsugi.dev/revision-spec", "x"))).isFalse();
    assertThat(is(1, 2, d -> d.addToLabels("app", "x"))).isFalse();
    assertThat(is(1, 2, d -> d.withUid("e"))).as("made anew").isFalse();
    assertThat(
            settled.is(
                service(1),
                Settled.scene(service(1), plan(2), course(), children(d -> d).subList(0, 1))))
        .as("one is gone")
        .isFalse();

    settled.forget(service(1));
    assertThat(is(1, 2, d -> d)).isFalse();
  }
}
