package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tenants, the digests of their keys, and what they used today. */
@Singleton
final class TenantStore {

  private final Transactions transactions;

  TenantStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Whose key it is and what it is for. */
  record KeyHolder(String keyId, Role role, Tenant tenant) {}

  /** A key as an administrator sees it. */
  record StoredKey(
      String id,
      Role role,
      String tenant,
      Plan plan,
      double weight,
      String hint,
      Instant createdAt,
      boolean revoked) {}

  Optional<KeyHolder> byKey(ApiKey key) {
    byte[] digest = key.hash();
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT k.sha256, t.name, t.plan, t.weight, k.id, k.role
                  FROM api_key k JOIN tenant t ON t.name = k.tenant
                  WHERE k.sha256 = ? AND k.revoked_at IS NULL""")) {
            statement.setBytes(1, digest);
            ResultSet rows = statement.executeQuery();
            return rows.next() && MessageDigest.isEqual(digest, rows.getBytes(1))
                ? Optional.of(
                    new KeyHolder(
                        rows.getString(5),
                        Role.fromStored(rows.getString(6)),
                        new Tenant(
                            rows.getString(2),
                            Plan.fromStored(rows.getString(3)),
                            rows.getDouble(4))))
                : Optional.empty();
          }
        });
  }

  /** Makes the tenant, or gives an existing one this plan and weight. */
  void saveTenant(Tenant tenant, String newWebhookSecret, Instant now) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO tenant (name, plan, weight, webhook_secret, created_at)
                  VALUES (?, ?, ?, ?, ?)
                  ON CONFLICT (name) DO UPDATE
                    SET plan = excluded.plan, weight = excluded.weight""")) {
            statement.setString(1, tenant.name());
            statement.setString(2, tenant.plan().storedName());
            statement.setDouble(3, tenant.weight());
            statement.setString(4, newWebhookSecret);
            statement.setObject(5, at(now));
            return statement.executeUpdate();
          }
        });
  }

  /** Adds a key; the same key again changes nothing. */
  void saveKey(String id, Role role, String tenant, ApiKey key, Instant now) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO api_key (id, tenant, sha256, hint, created_at, role)
                  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING""")) {
            statement.setString(1, id);
            statement.setString(2, tenant);
            statement.setBytes(3, key.hash());
            statement.setString(4, key.hint());
            statement.setObject(5, at(now));
            statement.setString(6, role.storedName());
            return statement.executeUpdate();
          }
        });
  }

  List<StoredKey> keys() {
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  SELECT k.id, t.name, t.plan, t.weight, k.hint, k.created_at, k.revoked_at, k.role
                  FROM api_key k JOIN tenant t ON t.name = k.tenant
                  ORDER BY t.name, k.created_at, k.id""")) {
            ResultSet rows = statement.executeQuery();
            List<StoredKey> keys = new ArrayList<>();
            while (rows.next()) {
              keys.add(storedKey(rows));
            }
            return keys;
          }
        });
  }

  /** False when there is no such key that is still valid. */
  boolean revoke(String keyId, Instant now) {
    return transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")) {
            statement.setObject(1, at(now));
            statement.setString(2, keyId);
            return statement.executeUpdate() == 1;
          }
        });
  }

  Optional<String> webhookSecret(String tenant) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT webhook_secret FROM tenant WHERE name = ?")) {
            statement.setString(1, tenant);
            ResultSet rows = statement.executeQuery();
            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
          }
        });
  }

  /** Counts one submission unless the limit is reached. */
  boolean takeQuota(String tenant, LocalDate day, int limit) {
    if (limit <= 0) {
      return false;
    }
    return transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO daily_usage AS used (tenant, day, submitted) VALUES (?, ?, 1)
                  ON CONFLICT (tenant, day) DO UPDATE
                    SET submitted = used.submitted + 1 WHERE used.submitted < ?""")) {
            statement.setString(1, tenant);
            statement.setObject(2, day);
            statement.setInt(3, limit);
            return statement.executeUpdate() == 1;
          }
        });
  }

  void returnQuota(String tenant, LocalDate day) {
    transactions.durably(connection -> returnQuota(connection, tenant, day));
  }

  int returnQuota(Connection connection, String tenant, LocalDate day) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            UPDATE daily_usage SET submitted = submitted - 1
            WHERE tenant = ? AND day = ? AND submitted > 0""")) {
      statement.setString(1, tenant);
      statement.setObject(2, day);
      return statement.executeUpdate();
    }
  }

  /** Who had a tenant's data removed; for good. */
  void saveErasure(
      String tenant, String actor, Instant now, Map<String, Long> removed, @Nullable String note) {
    transactions.durably(
        connection -> {
          Erasures.takeTurn(connection);
          return Sql.update(
              connection,
              "INSERT INTO tenant_erasure (tenant, actor, at, removed, note)"
                  + " VALUES (?, ?, ?, (SELECT coalesce(jsonb_object_agg(key, value), '{}')"
                  + " FROM unnest(?::text[], ?::bigint[]) AS each (key, value)), ?)",
              tenant,
              actor,
              now,
              array(removed.keySet()),
              array(removed.values()),
              note);
        });
  }

  private static String array(Collection<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(",", "{", "}"));
  }

  private static StoredKey storedKey(ResultSet rows) throws SQLException {
    return new StoredKey(
        rows.getString(1),
        Role.fromStored(rows.getString(8)),
        rows.getString(2),
        Plan.fromStored(rows.getString(3)),
        rows.getDouble(4),
        rows.getString(5),
        rows.getObject(6, OffsetDateTime.class).toInstant(),
        rows.getObject(7) != null);
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
