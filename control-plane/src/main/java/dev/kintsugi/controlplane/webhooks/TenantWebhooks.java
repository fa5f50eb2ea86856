package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.tenants.TenantData;
import jakarta.inject.Singleton;
import java.util.Map;

/** Messages to a tenant have its prompts in them. */
@Singleton
final class TenantWebhooks implements TenantData {

  private final WebhookStore store;

  TenantWebhooks(WebhookStore store) {
    this.store = store;
  }

  /** Those that were not delivered yet are not delivered any more. */
  @Override
  public Map<String, Long> forgetTenant(String tenant) {
    return Map.of("webhooks", (long) store.forgetTenant(tenant));
  }
}
