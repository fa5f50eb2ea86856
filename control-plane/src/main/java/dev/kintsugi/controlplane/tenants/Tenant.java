package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;

/**
 * The caller.
 *
 * @param weight share of the queue relative to other tenants, above 0; 1 is normal
 */
public record Tenant(String name, Plan plan, double weight) {

  static final String ATTRIBUTE = "kintsugi.tenant";

  /**
   * The tenant whose key came with the request.
   *
   * @throws ApiException when the route is not behind the key filter
   */
  public static Tenant of(HttpRequest<?> request) {
    return request
        .getAttribute(ATTRIBUTE, Tenant.class)
        .orElseThrow(() -> ApiException.of(ErrorCode.INVALID_API_KEY, "An API key is required."));
  }
}
