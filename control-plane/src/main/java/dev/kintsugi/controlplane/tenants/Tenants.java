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

  /** Owner of what operators do with the queue. No customer's tenant can have this name. */
  public static final String OPERATORS = "kintsugi:operators";

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
    return new NewKey(saveCustomer(tenant, key), key.secret());
  }

  /** A new key for who runs the service. */
  NewKey createOperatorKey() {
    ApiKey key = ApiKey.random();
    return new NewKey(saveOperator(key), key.secret());
  }

  /** Lets a key in that was chosen elsewhere. */
  void acceptKey(Tenant tenant, String secret) {
    saveCustomer(tenant, chosen(secret));
  }

  /**
   * Lets an operator's key in that was chosen elsewhere.
   *
   * @throws IllegalArgumentException when it is malformed, or a customer's key already
   */
  void acceptOperatorKey(String secret) {
    ApiKey key = chosen(secret);
    saveOperator(key);
    boolean customers =
        store.byKey(key).filter(holder -> holder.role() != Role.OPERATOR).isPresent();
    if (customers) {
      throw new IllegalArgumentException("the operator's key is a customer's key already");
    }
  }

  private static ApiKey chosen(String secret) {
    if (!ApiKey.wellFormed(secret)) {
      throw new IllegalArgumentException(
          "an API key is '" + ApiKey.PREFIX + "' and 32 to 128 letters, digits, '-' or '_'");
    }
    return new ApiKey(secret);
  }

  /** Whether a customer's tenant may have the name. */
  static boolean wellFormed(String name) {
    return NAME.matcher(name).matches();
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

  private String saveOperator(ApiKey key) {
    return save(Role.OPERATOR, new Tenant(OPERATORS, Plan.STANDARD, 1), key);
  }

  private String saveCustomer(Tenant tenant, ApiKey key) {
    if (!wellFormed(tenant.name())) {
      throw new IllegalArgumentException(
          "a tenant name is 1 to 63 lower-case letters, digits or '-'; got '"
              + tenant.name()
              + "'");
    }
    if (!(tenant.weight() > 0 && tenant.weight() <= 1000)) {
      throw new IllegalArgumentException("a weight is above 0 and at most 1000");
    }
    return save(Role.CUSTOMER, tenant, key);
  }

  private String save(Role role, Tenant tenant, ApiKey key) {
    String id = "key_" + HexFormat.of().formatHex(random(8));
    String webhookSecret = "whsec_" + Base64.getEncoder().encodeToString(random(32));
    store.saveTenant(tenant, webhookSecret, clock.instant());
    store.saveKey(id, role, tenant.name(), key, clock.instant());
    return id;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
