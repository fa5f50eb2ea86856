package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.tenants.TenantData;
import jakarta.inject.Singleton;
import java.util.Map;

/** Messages to a tenant have its prompts in them. */
@Singleton
public final class TenantWebhooks implements TenantData {

  private final WebhookStore store;

  TenantWebhooks(WebhookStore store) {
    this.store = store;
  }

  /** Removes those over a job that was deleted; what was not delivered yet never will be. */
  public void forget(String jobId) {
    store.forgetJob(jobId);
  }

  /** Those that were not delivered yet are not delivered any more. */
  @Override
  public Map<String, Long> forgetTenant(String tenant) {
    return Map.of("webhooks", (long) store.forgetTenant(tenant));
  }
}
