package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;

/**
 * Who runs the service.
 *
 * @param keyId id of the key that came with the request: who did it, in every record
 */
public record Operator(String keyId) {

  static final String ATTRIBUTE = "kintsugi.operator";

  /**
   * The operator whose key came with the request.
   *
   * @throws ApiException when the route is not behind the operators' filter
   */
  public static Operator of(HttpRequest<?> request) {
    return request
        .getAttribute(ATTRIBUTE, Operator.class)
        .orElseThrow(
            () -> ApiException.of(ErrorCode.INVALID_API_KEY, "An operator's key is required."));
  }
}
