package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.tenant.TenantDataDeleted;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Removes everything that customers of a tenant wrote, and keeps who asked for it. */
@Singleton
final class TenantErasures {

  private final List<TenantData> keepers;
  private final TenantStore store;
  private final Clock clock;

  TenantErasures(List<TenantData> keepers, TenantStore store, Clock clock) {
    this.keepers = List.copyOf(keepers);
    this.store = store;
    this.clock = clock;
  }

  /**
   * @param confirm must be the name once more
   * @param cancel ends jobs that have not ended; without it they are in the way
   * @param by id of the operator's key
   */
  TenantDataDeleted erase(
      String tenant, @Nullable String confirm, boolean cancel, String by, @Nullable String note) {
    if (!Tenants.wellFormed(tenant) || store.webhookSecret(tenant).isEmpty()) {
      throw ApiException.of(ErrorCode.NOT_FOUND, "There is no tenant " + tenant + ".", "name");
    }
    if (confirm == null) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'confirm' is required.", "confirm");
    }
    if (!confirm.equals(tenant)) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'confirm' must be the name of the tenant.", "confirm");
    }
    end(tenant, cancel);
    // Who writes later what came before sees that it may not.
    store.saveErasure(tenant, by, clock.instant(), Map.of(), note);
    Map<String, Long> removed = new TreeMap<>();
    keepers.forEach(keeper -> removed.putAll(keeper.forgetTenant(tenant)));
    Instant now = clock.instant();
    store.saveErasure(tenant, by, now, removed, note);
    return new TenantDataDeleted("tenant.data.deleted", tenant, removed, now);
  }

  private void end(String tenant, boolean cancel) {
    if (cancel) {
      keepers.forEach(keeper -> keeper.cancel(tenant));
    }
    long unended = keepers.stream().mapToLong(keeper -> keeper.unended(tenant)).sum();
    if (unended > 0) {
      throw ApiException.of(
          ErrorCode.NOT_READY,
          "%d videos of %s are queued or running. Wait for them, or send \"cancel\": true; a tenant whose keys are valid may submit more meanwhile."
              .formatted(unended, tenant),
          "cancel");
    }
  }
}
