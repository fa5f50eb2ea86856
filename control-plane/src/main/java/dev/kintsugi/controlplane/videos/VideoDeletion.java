package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.artifacts.ArtifactPruner;
import dev.kintsugi.controlplane.cases.CaseInputs;
import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.Deletion;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobPage;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.TenantData;
import dev.kintsugi.controlplane.webhooks.TenantWebhooks;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Deletes videos with all that is kept of them. Of a tenant's data it comes last, so that the
 * others count what they removed themselves.
 */
@Singleton
@Order(Ordered.LOWEST_PRECEDENCE)
final class VideoDeletion implements TenantData {

  private static final int PAGE = 100;

  private final JobQueue queue;
  private final ArtifactPruner artifacts;
  private final CaseInputs inputs;
  private final Feedback feedback;
  private final TenantWebhooks webhooks;
  private final Clock clock;

  VideoDeletion(
      JobQueue queue,
      ArtifactPruner artifacts,
      CaseInputs inputs,
      Feedback feedback,
      TenantWebhooks webhooks,
      Clock clock) {
    this.queue = queue;
    this.artifacts = artifacts;
    this.inputs = inputs;
    this.feedback = feedback;
    this.webhooks = webhooks;
    this.clock = clock;
  }

  /** Deletes one that has ended, its files, and what the ledger, raters and webhooks keep of it. */
  Deletion delete(Job job) {
    Deletion done = queue.delete(job.tenant(), job.id(), clock.instant());
    if (done instanceof Deletion.Deleted(Job deleted)) {
      artifacts.release(deleted);
      inputs.forget(deleted.id());
      feedback.forget(deleted.id());
      webhooks.forget(deleted.id());
    }
    return done;
  }

  @Override
  public long unended(String tenant) {
    long[] count = {0};
    each(tenant, job -> count[0] += job.status().terminal() ? 0 : 1);
    return count[0];
  }

  @Override
  public void cancel(String tenant) {
    each(
        tenant,
        job -> {
          if (!job.status().terminal()) {
            queue.cancel(tenant, job.id(), clock.instant());
          }
        });
  }

  /** One that was submitted since stays. */
  @Override
  public Map<String, Long> forgetTenant(String tenant) {
    long[] count = {0};
    each(tenant, job -> count[0] += delete(job) instanceof Deletion.Deleted ? 1 : 0);
    return Map.of("videos", count[0]);
  }

  private void each(String tenant, Consumer<Job> work) {
    String after = null;
    boolean more = true;
    while (more) {
      JobPage page =
          queue.list(tenant, after, PAGE, true).orElseGet(() -> new JobPage(List.of(), false));
      page.jobs().forEach(work);
      more = page.hasMore() && !page.jobs().isEmpty();
      after = page.jobs().isEmpty() ? null : page.jobs().getLast().id();
    }
  }
}
