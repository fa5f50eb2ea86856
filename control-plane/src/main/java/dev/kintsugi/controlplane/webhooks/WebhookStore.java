package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Deliveries that are due, under way or done. */
@Singleton
final class WebhookStore {

  private final Transactions transactions;

  WebhookStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @param id stays the same over all tries, so that receivers can recognise repetitions
   * @param tries begun so far
   */
  record Delivery(String id, String jobId, String tenant, String url, String payload, int tries) {}

  /** Adds a delivery; adding it again changes nothing. */
  void add(Delivery delivery, Instant now) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO webhook_delivery
                    (id, job_id, tenant, url, payload, next_at, created_at)
                  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""")) {
            statement.setString(1, delivery.id());
            statement.setString(2, delivery.jobId());
            statement.setString(3, delivery.tenant());
            statement.setString(4, delivery.url());
            statement.setString(5, delivery.payload());
            statement.setObject(6, at(now));
            statement.setObject(7, at(now));
            return statement.executeUpdate();
          }
        });
  }

  /**
   * Takes due deliveries for this replica, counting a try each. Whoever dies with one gives it back
   * when its lease ends.
   */
  List<Delivery> claim(int limit, Duration lease, Instant now) {
    return transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  UPDATE webhook_delivery SET claimed_until = ?, tries = tries + 1
                  WHERE id IN (
                    SELECT id FROM webhook_delivery
                    WHERE outcome IS NULL AND next_at <= ?
                      AND (claimed_until IS NULL OR claimed_until < ?)
                    ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED)
                  RETURNING id, job_id, tenant, url, payload, tries""")) {
            statement.setObject(1, at(now.plus(lease)));
            statement.setObject(2, at(now));
            statement.setObject(3, at(now));
            statement.setInt(4, limit);
            ResultSet rows = statement.executeQuery();
            List<Delivery> due = new ArrayList<>();
            while (rows.next()) {
              due.add(
                  new Delivery(
                      rows.getString(1),
                      rows.getString(2),
                      rows.getString(3),
                      rows.getString(4),
                      rows.getString(5),
                      rows.getInt(6)));
            }
            return due;
          }
        });
  }

  void retry(String id, Instant next, String error) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  UPDATE webhook_delivery SET next_at = ?, claimed_until = NULL, last_error = ?
                  WHERE id = ? AND outcome IS NULL""")) {
            statement.setObject(1, at(next));
            statement.setString(2, error);
            statement.setString(3, id);
            return statement.executeUpdate();
          }
        });
  }

  void end(String id, String outcome, String note, Instant now) {
    transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  UPDATE webhook_delivery
                  SET outcome = ?, last_error = ?, ended_at = ?, claimed_until = NULL
                  WHERE id = ? AND outcome IS NULL""")) {
            statement.setString(1, outcome);
            statement.setString(2, note);
            statement.setObject(3, at(now));
            statement.setString(4, id);
            return statement.executeUpdate();
          }
        });
  }

  int forgetEndedBefore(Instant before) {
    return transactions.relaxed(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "DELETE FROM webhook_delivery WHERE outcome IS NOT NULL AND ended_at < ?")) {
            statement.setObject(1, at(before));
            return statement.executeUpdate();
          }
        });
  }

  int forgetTenant(String tenant) {
    return transactions.durably(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("DELETE FROM webhook_delivery WHERE tenant = ?")) {
            statement.setString(1, tenant);
            return statement.executeUpdate();
          }
        });
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
