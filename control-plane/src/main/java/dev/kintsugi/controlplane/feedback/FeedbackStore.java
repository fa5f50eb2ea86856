package dev.kintsugi.controlplane.feedback;

import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Feedback in PostgreSQL: the newest of each job. */
@Singleton
final class FeedbackStore {

  private static final String UPSERT =
      """
      INSERT INTO feedback (job_id, tenant, service, rating, comment, rated_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (job_id) DO UPDATE SET rating = excluded.rating, comment = excluded.comment,
        rated_at = excluded.rated_at
      """;

  private final Transactions transactions;

  FeedbackStore(Transactions transactions) {
    this.transactions = transactions;
  }

  void put(
      String job,
      String tenant,
      String service,
      int rating,
      @Nullable String comment,
      Instant now) {
    transactions.durableStatement(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            statement.setString(1, job);
            statement.setString(2, tenant);
            statement.setString(3, service);
            statement.setInt(4, rating);
            statement.setString(5, comment);
            statement.setObject(6, utc(now));
            return statement.executeUpdate();
          }
        });
  }

  List<Rating> since(String service, Instant since) {
    return transactions.reading(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT job_id, rating, rated_at FROM feedback"
                      + " WHERE service = ? AND rated_at >= ? ORDER BY rated_at, job_id")) {
            statement.setString(1, service);
            statement.setObject(2, utc(since));
            List<Rating> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new Rating(
                        rows.getString(1),
                        rows.getInt(2),
                        rows.getObject(3, OffsetDateTime.class).toInstant()));
              }
            }
            return found;
          }
        });
  }

  /** The words go, the stars stay: they are in verdicts already. */
  void forgetComment(String job) {
    update("UPDATE feedback SET comment = NULL WHERE job_id = ?", job);
  }

  /** As {@link #forgetComment}, of all jobs of a tenant; says how many. */
  int forgetCommentsOf(String tenant) {
    return update(
        "UPDATE feedback SET comment = NULL WHERE tenant = ? AND comment IS NOT NULL", tenant);
  }

  /** Removes what was given before then. */
  int prune(Instant before) {
    return update("DELETE FROM feedback WHERE rated_at < ?", utc(before));
  }

  private int update(String text, Object value) {
    return transactions.durableStatement(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(text)) {
            statement.setObject(1, value);
            return statement.executeUpdate();
          }
        });
  }

  private static OffsetDateTime utc(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
