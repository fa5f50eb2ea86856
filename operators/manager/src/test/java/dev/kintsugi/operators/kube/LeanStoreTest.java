package dev.kintsugi.operators.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class LeanStoreTest {

  @Test
  void aPodIsKnownByItsNameLabelsAndState() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("studio")
            .withName("wan-1")
            .addToLabels("app", "wan")
            .withManagedFields(new ManagedFieldsEntryBuilder().withManager("kubelet").build())
            .endMetadata()
            .withNewSpec()
            .withNodeName("node-1")
            .endSpec()
            .withNewStatus()
            .withPodIP("10.0.0.1")
            .endStatus()
            .build();
    var store = new LeanStore<Pod>();
    assertThat(store.put(store.getKey(pod), pod)).as("nothing before it").isNull();

    Pod kept = store.get("studio/wan-1");
    assertThat(kept.getMetadata().getLabels()).containsEntry("app", "wan");
    assertThat(kept.getStatus().getPodIP()).isEqualTo("10.0.0.1");
    assertThat(kept.getSpec()).isNull();
    assertThat(kept.getMetadata().getManagedFields()).isNullOrEmpty();
  }
}
