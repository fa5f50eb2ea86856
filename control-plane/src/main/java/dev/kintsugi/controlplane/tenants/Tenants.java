package dev.kintsugi.controlplane.tenants;

import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Administration of tenants and keys. */
@Singleton
public final class Tenants {

  /** The tenant of the bootstrap key. */
  public static final String DEFAULT = "default";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final TenantStore store;
  private final Clock clock;

  Tenants(TenantStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** A new key; the secret cannot be shown again. */
  record NewKey(String id, String secret) {}

  /**
   * Makes a key, and its tenant where it is new.
   *
   * @throws IllegalArgumentException when the name or weight is not allowed
   */
  NewKey createKey(Tenant tenant) {
    ApiKey key = ApiKey.random();
    return new NewKey(save(tenant, key), key.secret());
  }

  /** Lets a key in that was chosen elsewhere. */
  void acceptKey(Tenant tenant, String secret) {
    if (!ApiKey.wellFormed(secret)) {
      throw new IllegalArgumentException(
          "an API key is '" + ApiKey.PREFIX + "' and 32 to 128 letters, digits, '-' or '_'");
    }
    save(tenant, new ApiKey(secret));
  }

  List<TenantStore.StoredKey> keys() {
    return store.keys();
  }

  boolean revoke(String keyId) {
    return store.revoke(keyId, clock.instant());
  }

  /** Secret that this tenant's webhooks are signed with, {@code whsec_} and base64. */
  public Optional<String> webhookSecret(String tenant) {
    return store.webhookSecret(tenant);
  }

  private String save(Tenant tenant, ApiKey key) {
    if (!NAME.matcher(tenant.name()).matches()) {
      throw new IllegalArgumentException(
          "a tenant name is 1 to 63 lower-case letters, digits or '-'; got '"
              + tenant.name()
              + "'");
    }
    if (!(tenant.weight() > 0 && tenant.weight() <= 1000)) {
      throw new IllegalArgumentException("a weight is above 0 and at most 1000");
    }
    String id = "key_" + HexFormat.of().formatHex(random(8));
    String webhookSecret = "whsec_" + Base64.getEncoder().encodeToString(random(32));
    store.saveTenant(tenant, webhookSecret, clock.instant());
    store.saveKey(id, tenant.name(), key, clock.instant());
    return id;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
