package dev.kintsugi.operators.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;

/** Makes the client: in a pod from its service account, elsewhere from the kubeconfig. */
@Factory
final class KubeClients {

  @Bean(preDestroy = "close")
  @Singleton
  @Requires(missingBeans = KubernetesClient.class)
  KubernetesClient client() {
    return new KubernetesClientBuilder().build();
  }
}
