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

/** Lets nobody into the operations API without an operator's key that is valid now. */
@ServerFilter("/ops/**")
final class OperatorKeyFilter implements Ordered {

  private final KeyCheck keys;

  OperatorKeyFilter(KeyCheck keys) {
    this.keys = keys;
  }

  @RequestFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void authenticate(HttpRequest<?> request) {
    KeyHolder holder = keys.identify(request);
    if (holder.role() != Role.OPERATOR) {
      throw ApiException.of(
          ErrorCode.FORBIDDEN, "This key is a customer's; /ops needs an operator's key.");
    }
    request.setAttribute(Operator.ATTRIBUTE, new Operator(holder.keyId()));
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }
}
