package dev.kintsugi.operators.testkit;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Says how pods are, where no kubelet does. */
public final class FakeKubelet {

  private static final AtomicInteger ADDRESSES = new AtomicInteger(1);

  private final KubernetesClient client;
  private final String namespace;
  private final Clock clock = Clock.systemUTC();

  public FakeKubelet(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  public List<Pod> pods() {
    return client.pods().inNamespace(namespace).list().getItems();
  }

  /** Every pod that is not stopping runs and is ready. */
  public void makeReady() {
    pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> pod.getStatus().getPodIP() == null)
        .forEach(pod -> setReady(pod, "True"));
  }

  public void setReady(Pod pod, String status) {
    client
        .resource(pod)
        .editStatus(
            edited -> {
              if (edited.getStatus().getPodIP() == null) {
                int n = ADDRESSES.getAndIncrement();
                edited.getStatus().setPodIP("10.244.%d.%d".formatted(n / 250, 1 + n % 250));
              }
              edited.getStatus().setPhase("Running");
              edited
                  .getStatus()
                  .setConditions(
                      List.of(
                          new PodConditionBuilder()
                              .withType("Ready")
                              .withStatus(status)
                              .withLastTransitionTime(
                                  clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
                              .build()));
              return edited;
            });
  }

  public void setWaiting(Pod pod, String reason, String message) {
    setWaiting(pod, reason, message, 0);
  }

  public void setWaiting(Pod pod, String reason, String message, int restarts) {
    client
        .resource(pod)
        .editStatus(
            edited ->
                edited
                    .edit()
                    .editStatus()
                    .addNewContainerStatus()
                    .withName("node")
                    .withImage("none")
                    .withImageID("none")
                    .withReady(false)
                    .withRestartCount(restarts)
                    .withState(new ContainerStateBuilder().withNewWaiting(message, reason).build())
                    .endContainerStatus()
                    .endStatus()
                    .build());
  }

  /** Pods that are stopping have stopped. */
  public void reap() {
    pods().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() != null)
        .forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
  }
}
