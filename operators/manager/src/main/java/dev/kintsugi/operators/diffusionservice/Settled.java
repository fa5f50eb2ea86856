package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.GroupStep;
import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.core.service.ServicePlan;
import dev.kintsugi.operators.crds.DiffusionService;
import dev.kintsugi.operators.modelrollout.RolloutCourse;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Services whose children were found to be as they should: until something about them changes there
 * is no need to describe and compare them again, which is most of what a pass costs.
 */
final class Settled {

  private final Map<String, Scene> known = new ConcurrentHashMap<>();

  /** Everything that what should be, and what is, depends on. */
  record Scene(
      long generation,
      @Nullable String rollout,
      int revisions,
      Map<PodGroup.Key, Integer> sizes,
      Set<Child> children) {}

  /**
   * @param version changes whenever something changes that we could have made
   */
  record Child(String kind, String name, Object version) {}

  boolean is(DiffusionService service, Scene scene) {
    return scene.equals(known.get(uid(service)));
  }

  /** They were compared, and nothing had to be written. */
  void found(DiffusionService service, Scene scene) {
    known.put(uid(service), scene);
  }

  void forget(DiffusionService service) {
    known.remove(uid(service));
  }

  static Scene scene(
      DiffusionService service,
      ServicePlan plan,
      RolloutCourse course,
      List<HasMetadata> children) {
    Map<PodGroup.Key, Integer> sizes = new HashMap<>();
    for (GroupStep step : plan.steps()) {
      if (step instanceof GroupStep.Run run) {
        sizes.put(run.key(), run.size());
      }
    }
    Set<Child> seen = new HashSet<>();
    children.forEach(child -> seen.add(child(child)));
    var rollout = course.rollout();
    return new Scene(
        service.getMetadata().getGeneration(),
        rollout == null
            ? null
            : rollout.getMetadata().getUid() + rollout.getMetadata().getGeneration(),
        course.revisions().size(),
        sizes,
        seen);
  }

  private static Child child(HasMetadata object) {
    ObjectMeta metadata = object.getMetadata();
    return new Child(object.getKind(), metadata.getName(), version(object, metadata));
  }

  /** A status changes the resource version all the time, and the generation never. */
  private static Object version(HasMetadata object, ObjectMeta metadata) {
    return object instanceof Deployment || object instanceof PodDisruptionBudget
        ? List.of(
            metadata.getUid(),
            metadata.getGeneration(),
            metadata.getLabels(),
            metadata.getAnnotations(),
            metadata.getOwnerReferences())
        : metadata.getResourceVersion();
  }

  private static String uid(DiffusionService service) {
    return service.getMetadata().getUid();
  }
}
