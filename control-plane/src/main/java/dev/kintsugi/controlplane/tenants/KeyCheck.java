package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.tenants.TenantStore.KeyHolder;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Finds out whose key came with a request. */
@Singleton
final class KeyCheck {

  private static final String SCHEME = "bearer ";

  private final TenantStore tenants;

  KeyCheck(TenantStore tenants) {
    this.tenants = tenants;
  }

  /**
   * @throws ApiException when there is no key, an unknown one or a revoked one
   */
  KeyHolder identify(HttpRequest<?> request) {
    String secret = bearer(request.getHeaders().getAuthorization().orElse(null));
    KeyHolder holder =
        ApiKey.wellFormed(secret) ? tenants.byKey(new ApiKey(secret)).orElse(null) : null;
    if (holder == null) {
      throw ApiException.of(ErrorCode.INVALID_API_KEY, "The API key is unknown or was revoked.");
    }
    return holder;
  }

  private static String bearer(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw ApiException.of(
          ErrorCode.INVALID_API_KEY,
          "An API key is required: send 'Authorization: Bearer " + ApiKey.PREFIX + "…'.");
    }
    return header.substring(SCHEME.length()).trim();
  }
}
