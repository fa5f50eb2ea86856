package dev.kintsugi.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What scenarios ask the API server many times a second. A kubectl for each would take the
 * processors from what is watched; what a person would do is done with kubectl.
 */
final class ApiServer implements AutoCloseable {
  private static final String VERSION = "kintsugi.dev/v1alpha1";
  private static final String NAMESPACE = "studio";

  private final KubernetesClient client;

  ApiServer(File kubeconfig) {
    client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
  }

  /**
   * A field of one of our resources as text, such as {@code status.phase}; empty where there is
   * none.
   */
  String field(String kind, String name, String path) {
    GenericKubernetesResource resource =
        client
            .genericKubernetesResources(VERSION, kind)
            .inNamespace(NAMESPACE)
            .withName(name)
            .get();
    Object value = resource == null ? null : resource.get((Object[]) path.split("\\."));
    return value == null ? "" : value.toString();
  }

  /** The name of the newest one; empty while there is none. */
  String newest(String kind) {
    return client
        .genericKubernetesResources(VERSION, kind)
        .inNamespace(NAMESPACE)
        .list()
        .getItems()
        .stream()
        .map(GenericKubernetesResource::getMetadata)
        .max(
            Comparator.comparing(ObjectMeta::getCreationTimestamp)
                .thenComparing(ObjectMeta::getName))
        .map(ObjectMeta::getName)
        .orElse("");
  }

  /** Pods that are not about to go, by name. */
  List<Pod> pods(Map<String, String> labels) {
    return client.pods().inNamespace(NAMESPACE).withLabels(labels).list().getItems().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .toList();
  }

  @Override
  public void close() {
    client.close();
  }
}
