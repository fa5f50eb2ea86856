package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.artifacts.ArtifactSettings;
import dev.kintsugi.core.dispatch.AttemptWatch;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.core.recovery.RecoveryPolicy;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** Makes the dispatcher's policy and tools from the settings. */
@Factory
final class DispatchFactory {

  @Singleton
  DispatchPolicy policy(
      DispatchSettings settings,
      ArtifactSettings artifacts,
      @Value("${kintsugi.lease:15s}") Duration lease,
      @Value("${kintsugi.replica-id:}") String replica,
      @Value("${kintsugi.gpu-hour-usd:0}") double gpuHourUsd) {
    AttemptWatch.Policy defaults = AttemptWatch.Policy.DEFAULT;
    RecoveryPolicy recovery = RecoveryPolicy.DEFAULT;
    return new DispatchPolicy(
        replica.isBlank() ? randomReplica() : replica,
        lease,
        artifacts.retention(),
        new DispatchPolicy.Times(
            settings.poll(),
            settings.nodePoll(),
            Duration.ofSeconds(2),
            settings.orphanGrace(),
            Duration.ofSeconds(5),
            Duration.ofMinutes(5)),
        NodeHealth.Policy.DEFAULT,
        new AttemptWatch.Policy(
            settings.stallFloor(),
            defaults.stallSteps(),
            defaults.stallUnknown(),
            settings.silence(),
            defaults.refusalAllowed(),
            settings.attemptLimit()),
        new RecoveryPolicy(
            settings.maxAttempts(),
            recovery.maxLosses(),
            settings.gpuFactor(),
            recovery.gpuFloor(),
            recovery.firstBackoff(),
            recovery.maxBackoff(),
            settings.answerReserve(),
            recovery.otherNodePatience(),
            recovery.sameNodePatience()),
        gpuHourUsd > 0 ? gpuHourUsd : null);
  }

  @Singleton
  AttemptTools tools(
      PatientQueue queue,
      NodeClient nodes,
      ResultCollector collector,
      CheckpointCourier checkpoints,
      Recoverer recoverer,
      CaseNotes cases,
      NodeRoster roster,
      DispatchMetrics metrics,
      DispatchPolicy policy,
      Clock clock) {
    return new AttemptTools(
        queue, nodes, collector, checkpoints, recoverer, cases, roster, metrics, policy, clock);
  }

  private static String randomReplica() {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    try {
      return InetAddress.getLocalHost().getHostName() + "-" + suffix;
    } catch (UnknownHostException e) {
      return "replica-" + suffix;
    }
  }
}
