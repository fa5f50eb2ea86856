package dev.kintsugi.controlplane.reviews;

import static dev.kintsugi.controlplane.database.Sql.instant;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.reviews.StoredReview.Decision;
import dev.kintsugi.protocol.screening.ReviewStatus;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reviews and their decisions, in PostgreSQL. Rows are added, never changed. */
@Singleton
class ReviewStore {

  /**
   * Whether a review without a decision is pending is the queue's to say: while the job is held.
   */
  private static final String STATUS =
      "coalesce(d.decision, CASE WHEN h.job_id IS NULL THEN 'withdrawn' ELSE 'pending' END)";

  private static final String SELECT =
      "SELECT r.*, d.decision, d.at, d.actor, d.note, d.exception_id, "
          + STATUS
          + " AS status FROM review r LEFT JOIN review_decision d ON d.job_id = r.job_id "
          + "LEFT JOIN held h ON h.job_id = r.job_id ";

  /** The same reviews by way of what is held, which is little. */
  private static final String SELECT_PENDING = SELECT.replace("LEFT JOIN held", "JOIN held");

  private static final String OPEN =
      """
      INSERT INTO review (job_id, service, tenant, held_at, decide_by, quota_day)
      VALUES (?, ?, ?, ?, ?, ?)
      """;

  private static final String DECIDE =
      """
      INSERT INTO review_decision (job_id, decision, at, actor, note, exception_id)
      VALUES (?, ?, ?, ?, ?, ?)
      """;

  private static final String PENDING =
      """
      SELECT r.service, count(*) AS reviews, min(r.held_at) AS oldest,
        max(extract(epoch FROM ? - r.held_at) / extract(epoch FROM r.decide_by - r.held_at)) AS used
      FROM held h JOIN review r ON r.job_id = h.job_id GROUP BY r.service
      """;

  private static final String PRUNE =
      """
      WITH old AS (
        DELETE FROM review r WHERE r.held_at < ?
          AND NOT EXISTS (SELECT 1 FROM held h WHERE h.job_id = r.job_id)
        RETURNING job_id
      )
      DELETE FROM review_decision d USING old WHERE d.job_id = old.job_id
      """;

  private final Transactions transactions;

  ReviewStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * What waits for decisions on a service.
   *
   * @param oldest when it was held
   * @param used part of its time that the one nearest to its deadline has waited
   */
  record Pending(String service, long reviews, Instant oldest, double used) {}

  /**
   * @param quotaDay whose quota the job took from; null where it took none
   */
  static void open(Connection c, Job job, Instant decideBy, @Nullable LocalDate quotaDay)
      throws SQLException {
    Sql.update(
        c,
        OPEN,
        StoredReview.job(job),
        job.service(),
        job.tenant(),
        job.createdAt(),
        Sql.stored(decideBy),
        quotaDay);
  }

  static void decide(Connection c, UUID job, Decision decision) throws SQLException {
    Sql.update(
        c,
        DECIDE,
        job,
        decision.outcome().wireName(),
        Sql.stored(decision.at()),
        decision.actor(),
        decision.note(),
        decision.exception());
  }

  /** The day whose quota a job took from. */
  static Optional<LocalDate> quotaDay(Connection c, UUID job) throws SQLException {
    return Sql.rows(
            c,
            "SELECT quota_day FROM review WHERE job_id = ? AND quota_day IS NOT NULL",
            row -> row.getObject(1, LocalDate.class),
            job)
        .stream()
        .findFirst();
  }

  Optional<StoredReview> find(UUID job) {
    return transactions.reading(
        c ->
            Sql.rows(c, SELECT + "WHERE r.job_id = ?", ReviewStore::review, job).stream()
                .findFirst());
  }

  /** One more than the page has, if there are more; empty when there is no review {@code after}. */
  Optional<List<StoredReview>> list(ReviewQuery query) {
    if (query.after() != null && find(query.after()).isEmpty()) {
      return Optional.empty();
    }
    boolean pending = query.status() == ReviewStatus.PENDING;
    StringBuilder text = new StringBuilder(pending ? SELECT_PENDING : SELECT).append("WHERE true");
    List<Object> values = new ArrayList<>();
    if (query.status() != null) {
      text.append(" AND ").append(STATUS).append(" = ?");
      values.add(query.status().wireName());
    }
    if (query.service() != null) {
      text.append(" AND r.service = ?");
      values.add(query.service());
    }
    if (query.after() != null) {
      text.append(" AND (r.held_at, r.job_id) ")
          .append(query.ascending() ? ">" : "<")
          .append(" (SELECT held_at, job_id FROM review WHERE job_id = ?)");
      values.add(query.after());
    }
    String way = query.ascending() ? " ASC" : " DESC";
    text.append(" ORDER BY r.held_at" + way + ", r.job_id" + way + " LIMIT ?");
    values.add(query.limit() + 1);
    return Optional.of(
        transactions.reading(
            c -> Sql.rows(c, text.toString(), ReviewStore::review, values.toArray())));
  }

  List<Pending> pending(Instant now) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                PENDING,
                row ->
                    new Pending(
                        row.getString("service"),
                        row.getLong("reviews"),
                        instant(row, "oldest"),
                        row.getDouble("used")),
                now));
  }

  /** Forgets reviews that began before then and are over. */
  void prune(Instant before) {
    transactions.durableStatement(c -> Sql.update(c, PRUNE, before));
  }

  private static StoredReview review(ResultSet row) throws SQLException {
    String decision = row.getString("decision");
    return new StoredReview(
        row.getObject("job_id", UUID.class),
        row.getString("service"),
        row.getString("tenant"),
        instant(row, "held_at"),
        instant(row, "decide_by"),
        ReviewStatus.fromWire(row.getString("status")),
        decision == null
            ? null
            : new Decision(
                ReviewStatus.fromWire(decision),
                instant(row, "at"),
                row.getString("actor"),
                row.getString("note"),
                row.getObject("exception_id", Long.class)));
  }
}
