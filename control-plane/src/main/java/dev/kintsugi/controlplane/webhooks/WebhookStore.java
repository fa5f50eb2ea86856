package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.Ids;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Deliveries that are due, under way or done. */
@Singleton
final class WebhookStore {

  /** Holds the job's announcement, so that who deletes the job comes before or finds this row. */
  private static final String ADD =
      """
      INSERT INTO webhook_delivery (id, job_id, tenant, url, payload, next_at, created_at)
      SELECT ?, ?, ?, ?, ?, ?, ? FROM announcement WHERE job_id = ? FOR UPDATE
      ON CONFLICT (id) DO NOTHING""";

  private static final String CLAIM =
      """
      UPDATE webhook_delivery SET claimed_until = ?, tries = tries + 1
      WHERE id IN (
        SELECT id FROM webhook_delivery
        WHERE outcome IS NULL AND next_at <= ? AND (claimed_until IS NULL OR claimed_until < ?)
        ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED)
      RETURNING id, job_id, tenant, url, payload, tries""";

  private static final String RETRY =
      """
      UPDATE webhook_delivery SET next_at = ?, claimed_until = NULL, last_error = ?
      WHERE id = ? AND outcome IS NULL""";

  private static final String END =
      """
      UPDATE webhook_delivery
      SET outcome = ?, last_error = ?, ended_at = ?, claimed_until = NULL
      WHERE id = ? AND outcome IS NULL""";

  private final Transactions transactions;

  WebhookStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * @param id stays the same over all tries, so that receivers can recognise repetitions
   * @param tries begun so far
   */
  record Delivery(String id, String jobId, String tenant, String url, String payload, int tries) {}

  /** Adds a delivery; adding it again, or for a job that was deleted meanwhile, changes nothing. */
  void add(Delivery delivery, Instant now) {
    transactions.durably(
        connection ->
            Sql.update(
                connection,
                ADD,
                delivery.id(),
                delivery.jobId(),
                delivery.tenant(),
                delivery.url(),
                delivery.payload(),
                now,
                now,
                Ids.parseJob(delivery.jobId()).orElseThrow()));
  }

  /**
   * Takes due deliveries for this replica, counting a try each. Whoever dies with one gives it back
   * when its lease ends.
   */
  List<Delivery> claim(int limit, Duration lease, Instant now) {
    return transactions.durably(
        connection ->
            Sql.rows(connection, CLAIM, WebhookStore::delivery, now.plus(lease), now, now, limit));
  }

  private static Delivery delivery(ResultSet row) throws SQLException {
    return new Delivery(
        row.getString("id"),
        row.getString("job_id"),
        row.getString("tenant"),
        row.getString("url"),
        row.getString("payload"),
        row.getInt("tries"));
  }

  void retry(String id, Instant next, String error) {
    transactions.durably(connection -> Sql.update(connection, RETRY, next, error, id));
  }

  void end(String id, String outcome, String note, Instant now) {
    transactions.durably(connection -> Sql.update(connection, END, outcome, note, now, id));
  }

  int forgetEndedBefore(Instant before) {
    return transactions.relaxed(
        connection ->
            Sql.update(
                connection,
                "DELETE FROM webhook_delivery WHERE outcome IS NOT NULL AND ended_at < ?",
                before));
  }

  int forgetJob(String jobId) {
    return transactions.durably(
        connection ->
            Sql.update(connection, "DELETE FROM webhook_delivery WHERE job_id = ?", jobId));
  }

  int forgetTenant(String tenant) {
    return transactions.durably(
        connection ->
            Sql.update(connection, "DELETE FROM webhook_delivery WHERE tenant = ?", tenant));
  }
}
