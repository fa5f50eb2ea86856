package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import org.jspecify.annotations.Nullable;

/** Lets nobody into the public API without a key that is valid now. */
@ServerFilter("/v1/**")
final class KeyFilter implements Ordered {

  private static final String SCHEME = "bearer ";

  private final TenantStore tenants;

  KeyFilter(TenantStore tenants) {
    this.tenants = tenants;
  }

  @RequestFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void authenticate(HttpRequest<?> request) {
    String secret = bearer(request.getHeaders().getAuthorization().orElse(null));
    Tenant tenant =
        ApiKey.wellFormed(secret) ? tenants.byKey(new ApiKey(secret)).orElse(null) : null;
    if (tenant == null) {
      throw ApiException.of(ErrorCode.INVALID_API_KEY, "The API key is unknown or was revoked.");
    }
    request.setAttribute(Tenant.ATTRIBUTE, tenant);
  }

  private static String bearer(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw ApiException.of(
          ErrorCode.INVALID_API_KEY,
          "An API key is required: send 'Authorization: Bearer " + ApiKey.PREFIX + "…'.");
    }
    return header.substring(SCHEME.length()).trim();
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }
}
