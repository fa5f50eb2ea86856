package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.tenants.TenantStore.KeyHolder;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/** Lets nobody into the public API without a customer's key that is valid now. */
@ServerFilter("/v1/**")
final class KeyFilter implements Ordered {

  private final KeyCheck keys;

  KeyFilter(KeyCheck keys) {
    this.keys = keys;
  }

  @RequestFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void authenticate(HttpRequest<?> request) {
    KeyHolder holder = keys.identify(request);
    if (holder.role() != Role.CUSTOMER) {
      throw ApiException.of(
          ErrorCode.FORBIDDEN,
          "An operator's key opens /ops only; videos belong to tenants and need a tenant's key.");
    }
    request.setAttribute(Tenant.ATTRIBUTE, holder.tenant());
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }
}
