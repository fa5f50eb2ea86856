package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.service.PodGroup;
import dev.kintsugi.operators.crds.DiffusionService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Labels, annotations and names of the objects a DiffusionService owns. */
public final class Names {

  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String MANAGER = "kintsugi";
  public static final String SERVICE = DiffusionService.LABEL;
  public static final String REVISION = "kintsugi.dev/revision";
  public static final String POOL = "kintsugi.dev/pool";
  public static final String SPOT = "kintsugi.dev/spot";
  public static final String VERSION = "kintsugi.dev/model-version";
  public static final String DIGEST = "kintsugi.dev/model-digest";
  public static final String DRAINING_SINCE = "kintsugi.dev/draining-since";

  /** On a pod that goes because fewer are wanted; one that a rollout swaps drains. */
  public static final String LEAVING_SINCE = "kintsugi.dev/leaving-since";

  /** A notice: RFC 3339, when the pod's machine is taken away. */
  public static final String RECLAIM_AT = "kintsugi.dev/reclaim-at";

  /** Kubernetes' own: of the ready pods of a Deployment the cheapest goes first. */
  public static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  public static final int PORT = 8090;

  private Names() {}

  static Map<String, String> selector(String service) {
    return Map.of(SERVICE, service);
  }

  static Map<String, String> selector(String service, PodGroup.Key group) {
    return new TreeMap<>(Map.of(SERVICE, service, REVISION, group.revision(), POOL, group.pool()));
  }

  static Map<String, String> labels(String service) {
    return new TreeMap<>(
        Map.of(
            MANAGED_BY,
            MANAGER,
            "app.kubernetes.io/name",
            "inference-node",
            "app.kubernetes.io/instance",
            service,
            SERVICE,
            service));
  }

  static Map<String, String> labels(String service, PodGroup.Key group) {
    var labels = labels(service);
    labels.putAll(selector(service, group));
    return labels;
  }

  static String deployment(String service, PodGroup.Key group) {
    return service + "-" + group.pool() + "-" + group.revision();
  }

  static PodGroup.Key group(HasMetadata object) {
    return new PodGroup.Key(label(object, REVISION), label(object, POOL));
  }

  /** When a pod is stopped, by its notice; null without one, or with one that is no time. */
  static @Nullable String stopAt(HasMetadata object) {
    String notice = annotation(object, RECLAIM_AT);
    try {
      return notice == null ? null : Instant.parse(notice).toString();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  static String label(HasMetadata object, String name) {
    var labels = object.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(name, "");
  }

  static @Nullable String annotation(HasMetadata object, String name) {
    var annotations = object.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(name);
  }
}
