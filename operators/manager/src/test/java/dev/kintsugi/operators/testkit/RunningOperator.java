package dev.kintsugi.operators.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.diffusionservice.DiffusionServiceObserver;
import dev.kintsugi.operators.diffusionservice.DiffusionServiceReconciler;
import dev.kintsugi.operators.externalmetrics.ExternalMetricsReconciler;
import dev.kintsugi.operators.fleet.FleetClient;
import dev.kintsugi.operators.fleet.FleetPusher;
import dev.kintsugi.operators.fleet.ObjectivePusher;
import dev.kintsugi.operators.fleet.PolicyPusher;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.OperatorRuntime;
import dev.kintsugi.operators.modelrollout.RolloutDriver;
import dev.kintsugi.operators.promptpolicy.PromptPolicyReconciler;
import dev.kintsugi.operators.servicelevelobjective.ServiceLevelObjectiveReconciler;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * The operator as it runs in a pod, in this JVM, against the test's API server; it looks more often
 * than in a pod, so that no test waits for it to look.
 */
public final class RunningOperator implements AutoCloseable {

  /** The control plane of a test is there: if it is slow, the whole machine is. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Who loses the lead ends the process, which here is that of the tests. */
  private static final Duration LEASE = Duration.ofMinutes(5);

  public static final OperatorSettings SETTINGS = settings("kintsugi-system", "test", false);

  private final KubernetesClient client;
  private final OperatorRuntime runtime;

  private RunningOperator(
      KubernetesClient client, OperatorSettings settings, FakeControlPlane plane) {
    this.client = client;
    var metrics = new OperatorMetrics();
    var cluster = new Cluster(client);
    var fleetClient =
        new FleetClient(
            new OperatorSettings.ControlPlane(plane.url(), "", PATIENCE), new ObjectMapper());
    var fleet = new FleetPusher(fleetClient, settings, metrics);
    var reconciler =
        new DiffusionServiceReconciler(
            new DiffusionServiceObserver(cluster, settings),
            cluster,
            fleet,
            new RolloutDriver(cluster, metrics),
            Clock.systemUTC());
    var objectives =
        new ServiceLevelObjectiveReconciler(
            new ObjectivePusher(fleetClient, metrics), cluster, settings, Clock.systemUTC());
    var policies =
        new PromptPolicyReconciler(
            new PolicyPusher(fleetClient, metrics), cluster, settings, Clock.systemUTC());
    var externalMetrics = new ExternalMetricsReconciler(cluster, settings, Clock.systemUTC());
    runtime =
        new OperatorRuntime(
            client, settings, metrics, List.of(reconciler, objectives, policies, externalMetrics));
    runtime.start();
  }

  public static OperatorSettings settings(
      String namespace, String identity, boolean leaderElection) {
    return new OperatorSettings(
        namespace,
        identity,
        leaderElection,
        LEASE,
        "kintsugi/inference-node:test",
        "IfNotPresent",
        Duration.ofMillis(500),
        Duration.ofMillis(200),
        Duration.ofMillis(500));
  }

  public static RunningOperator start(FakeControlPlane plane) {
    return start(SETTINGS, ApiServer.get().client(), plane);
  }

  public static RunningOperator start(
      OperatorSettings settings, KubernetesClient client, FakeControlPlane plane) {
    return new RunningOperator(client, settings, plane);
  }

  public OperatorRuntime runtime() {
    return runtime;
  }

  @Override
  public void close() throws InterruptedException {
    runtime.stop();
    client.close();
  }
}
