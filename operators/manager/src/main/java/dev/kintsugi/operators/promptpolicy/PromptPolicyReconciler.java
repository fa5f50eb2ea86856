package dev.kintsugi.operators.promptpolicy;

import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.operators.crds.PromptPolicy;
import dev.kintsugi.operators.crds.PromptPolicyStatus;
import dev.kintsugi.operators.fleet.PolicyPusher;
import dev.kintsugi.operators.fleet.PolicyPusher.Report;
import dev.kintsugi.operators.kube.Cluster;
import dev.kintsugi.operators.kube.Cluster.Announcement;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Pushes a policy for prompts, and keeps its status as the control plane counts. */
@Singleton
@ControllerConfiguration(name = "promptpolicy", finalizerName = PromptPolicyReconciler.FINALIZER)
public class PromptPolicyReconciler implements Reconciler<PromptPolicy>, Cleaner<PromptPolicy> {

  static final String FINALIZER = "kintsugi.dev/prompt-policy";

  private static final Duration LEAVE_WITHIN = Duration.ofMinutes(1);

  private final PolicyPusher fleet;
  private final Cluster cluster;
  private final Duration lookEvery;
  private final Clock clock;

  public PromptPolicyReconciler(
      PolicyPusher fleet, Cluster cluster, OperatorSettings settings, Clock clock) {
    this.fleet = fleet;
    this.cluster = cluster;
    this.lookEvery = settings.lookInterval();
    this.clock = clock;
  }

  @Override
  public UpdateControl<PromptPolicy> reconcile(
      PromptPolicy resource, Context<PromptPolicy> context) {
    Instant now = clock.instant();
    Report report = fleet.sync(key(resource), PolicyCompiler.compile(resource));
    PromptPolicyStatus status =
        PolicyStatuses.status(resource, report.sync(), report.evidence(), now);
    PolicyStatuses.turned(resource.getStatus(), status)
        .map(
            accepted ->
                new Announcement(
                    !accepted.status().equals("True"),
                    accepted.reason(),
                    "Push",
                    accepted.message()))
        .ifPresent(announcement -> cluster.tell(resource, announcement, now));
    UpdateControl<PromptPolicy> control =
        status.equals(resource.getStatus())
            ? UpdateControl.noUpdate()
            : UpdateControl.patchStatus(withStatus(resource, status));
    return control.rescheduleAfter(lookEvery);
  }

  /** Bounded: a control plane that is gone for good does not keep a deleted policy alive. */
  @Override
  public DeleteControl cleanup(PromptPolicy resource, Context<PromptPolicy> context) {
    var metadata = resource.getMetadata();
    Instant deletedAt = Instant.parse(metadata.getDeletionTimestamp());
    if (fleet.remove(key(resource), metadata.getUid())
        || clock.instant().isAfter(deletedAt.plus(LEAVE_WITHIN))) {
      return DeleteControl.defaultDelete();
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(5).toMillis());
  }

  private static String key(PromptPolicy resource) {
    return resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName();
  }

  private static PromptPolicy withStatus(PromptPolicy resource, PromptPolicyStatus status) {
    var patch = new PromptPolicy();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource.getMetadata().getName())
            .withNamespace(resource.getMetadata().getNamespace())
            .build());
    patch.setStatus(status);
    return patch;
  }
}
