package dev.kintsugi.controlplane.tenants;

import java.util.Map;

/**
 * Somebody who keeps what customers wrote. Whoever stores prompts, comments or answers of a tenant
 * must be one.
 */
public interface TenantData {

  /** Jobs of the tenant that have not ended. */
  default long unended(String tenant) {
    return 0;
  }

  /** Ends those jobs as cancelled. */
  default void cancel(String tenant) {}

  /**
   * Removes what the tenant's customers wrote and were answered; counts stay. Safe to repeat.
   *
   * @return how many of which were removed
   */
  Map<String, Long> forgetTenant(String tenant);
}
