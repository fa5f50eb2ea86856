package dev.kintsugi.operators;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Settings under {@code kintsugi.operator}; each has an environment variable such as {@code
 * KINTSUGI_OPERATOR_NODE_IMAGE}.
 *
 * @param namespace where the operator runs: of its Lease and of the control plane's pods
 * @param identity of this replica in the leader election; the pod's name
 * @param leaderElection off only for a single process outside a cluster
 * @param leaseDuration a leader that was silent for so long is replaced; it gives up the lead by
 *     itself after two thirds of it
 * @param nodeImage of inference nodes whose service names none
 * @param imagePullPolicy of inference nodes
 * @param pushInterval the fleet state is pushed at least this often
 * @param watchInterval what changes without a word, a drain or the evidence of a rollout, is looked
 *     at this often at most; a control plane that went away is asked again after it, then after
 *     twice, four and eight times it
 * @param lookInterval the evidence of objectives and prompt policies is read this often
 */
@ConfigurationProperties("kintsugi.operator")
public record OperatorSettings(
    @Bindable(defaultValue = "kintsugi-system") String namespace,
    @Bindable(defaultValue = "kintsugi-operator") String identity,
    @Bindable(defaultValue = "true") boolean leaderElection,
    @Bindable(defaultValue = "15s") Duration leaseDuration,
    @Bindable(defaultValue = "kintsugi/inference-node:latest") String nodeImage,
    @Bindable(defaultValue = "IfNotPresent") String imagePullPolicy,
    @Bindable(defaultValue = "30s") Duration pushInterval,
    @Bindable(defaultValue = "1s") Duration watchInterval,
    @Bindable(defaultValue = "15s") Duration lookInterval) {

  /**
   * Where fleet states go, under {@code kintsugi.operator.control-plane}.
   *
   * @param tokenFile holds the bearer token; read at each call because the kubelet renews it. Empty
   *     means no token
   * @param timeout of a whole call; half of it is for the connection
   */
  @ConfigurationProperties("control-plane")
  public record ControlPlane(
      @Bindable(defaultValue = "http://kintsugi-control-plane.kintsugi-system.svc:8080") String url,
      @Bindable(defaultValue = "") String tokenFile,
      @Bindable(defaultValue = "5s") Duration timeout) {}
}
