package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every question that changes nothing. */
final class Reading {

  private static final int AHEAD_CAP = 1_000;
  private static final String SELECT = "SELECT " + Rows.JOB + " FROM job j ";

  private static final String AHEAD =
      """
      SELECT count(*) AS jobs, coalesce(sum(cost), 0) AS cost FROM (
        SELECT w.cost FROM waiting me
        JOIN waiting w ON w.service = me.service
          AND (w.priority, w.tag, w.job_id) < (me.priority, me.tag, me.job_id)
        WHERE me.job_id = ?
        LIMIT ?) before
      """;

  private static final String LIVE_OF_NODE =
      "SELECT * FROM lease WHERE node_id = ? ORDER BY started_at, attempt_id";

  private static final String UNANNOUNCED =
      "SELECT "
          + Rows.JOB
          + " FROM announcement a JOIN job j ON j.id = a.job_id ORDER BY a.ended_at LIMIT ?";

  private static final String LATE =
      "SELECT "
          + Rows.JOB
          + " FROM waiting w JOIN job j ON j.id = w.job_id"
          + " WHERE w.deadline <= ? ORDER BY w.deadline LIMIT ?";

  private static final String REUSABLE =
      "SELECT "
          + Rows.JOB
          + """
           FROM reusable_result r JOIN job j ON j.id = r.job_id
          WHERE r.tenant = ? AND r.service = ? AND r.template = ? AND r.expires_at > ?
            AND j.deleted_at IS NULL
          ORDER BY r.wording = ? DESC, r.expires_at DESC LIMIT 1
          """;

  private final Transactions transactions;

  Reading(Transactions transactions) {
    this.transactions = transactions;
  }

  Optional<Job> find(UUID id) {
    return one(SELECT + "WHERE id = ? AND deleted_at IS NULL", id);
  }

  Optional<Job> find(String tenant, UUID id) {
    return one(SELECT + "WHERE id = ? AND tenant = ? AND deleted_at IS NULL", id, tenant);
  }

  Optional<JobPage> list(String tenant, @Nullable UUID after, int limit, boolean ascending) {
    if (after != null && !existed(tenant, after)) {
      return Optional.empty();
    }
    String condition = after == null ? "" : "AND id " + (ascending ? "> ?" : "< ?");
    String text =
        SELECT
            + "WHERE tenant = ? AND deleted_at IS NULL "
            + condition
            + " ORDER BY id "
            + (ascending ? "ASC" : "DESC")
            + " LIMIT ?";
    List<Object> values = new ArrayList<>(List.of(tenant));
    if (after != null) {
      values.add(after);
    }
    values.add(limit + 1);
    List<Job> found = rows(text, Rows::job, values.toArray());
    boolean more = found.size() > limit;
    return Optional.of(new JobPage(more ? found.subList(0, limit) : found, more));
  }

  private boolean existed(String tenant, UUID id) {
    return !rows("SELECT 1 FROM job WHERE id = ? AND tenant = ?", row -> 1, id, tenant).isEmpty();
  }

  List<JobEvent> events(UUID job, long afterSequence, int limit) {
    return rows(
        "SELECT * FROM job_event WHERE job_id = ? AND sequence > ? ORDER BY sequence LIMIT ?",
        Rows::event,
        job,
        afterSequence,
        limit);
  }

  Ahead ahead(UUID job) {
    return rows(AHEAD, row -> new Ahead(row.getLong("jobs"), row.getDouble("cost")), job, AHEAD_CAP)
        .getFirst();
  }

  int countSince(String tenant, Instant since) {
    return rows(
            "SELECT count(*) FROM job WHERE tenant = ? AND id >= ? AND created_at >= ?",
            row -> row.getInt(1),
            tenant,
            Ids.lowest(since),
            since)
        .getFirst();
  }

  /** By the primary key, whose order is that of time: what it reads is what it counts. */
  Map<String, Long> acceptedSince(Instant since) {
    return rows(
            "SELECT service, count(*) AS jobs FROM job WHERE id >= ? AND created_at >= ?"
                + " GROUP BY service",
            row -> Map.entry(row.getString("service"), row.getLong("jobs")),
            Ids.lowest(since),
            since)
        .stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  Set<String> artifactsInUse(Collection<String> sha256, Instant now) {
    return transactions.reading(
        c -> {
          try (Sql sql =
              Sql.of(
                  c,
                  "SELECT sha256 FROM artifact_use"
                      + " WHERE sha256 = ANY(?::text[]) AND expires_at > ?"
                      + " UNION SELECT sha256 FROM checkpoint WHERE sha256 = ANY(?::text[])")) {
            return Set.copyOf(
                sql.each("text", List.copyOf(sha256), hash -> hash)
                    .with(now)
                    .each("text", List.copyOf(sha256), hash -> hash)
                    .rows(row -> row.getString(1)));
          }
        });
  }

  List<Job> lateWaiting(Instant deadlineBefore, int limit) {
    return rows(LATE, Rows::job, deadlineBefore, limit);
  }

  Optional<Job> reusable(String tenant, String service, Reusable wanted, Instant now) {
    return one(REUSABLE, tenant, service, wanted.template(), now, wanted.wording());
  }

  Optional<SavedCheckpoint> checkpoint(UUID job) {
    return rows("SELECT * FROM checkpoint WHERE job_id = ?", Rows::checkpoint, job).stream()
        .findFirst();
  }

  List<Job> unannounced(int limit) {
    return rows(UNANNOUNCED, Rows::job, limit);
  }

  void announced(UUID job) {
    transactions.durableStatement(
        c -> {
          try (Sql sql = Sql.of(c, "DELETE FROM announcement WHERE job_id = ?")) {
            return sql.with(job).update();
          }
        });
  }

  /** A snapshot, so that an attempt that ends meanwhile is neither missed nor seen twice. */
  List<Attempt> attempts(UUID job) {
    return transactions.durably(
        c -> {
          c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          List<Attempt> all = new ArrayList<>();
          try (Sql sql = Sql.of(c, "SELECT * FROM attempt WHERE job_id = ? ORDER BY number")) {
            all.addAll(sql.with(job).rows(Rows::attempt));
          }
          try (Sql sql = Sql.of(c, "SELECT * FROM lease WHERE job_id = ?")) {
            all.addAll(sql.with(job).rows(Rows::lease));
          }
          return List.copyOf(all);
        });
  }

  List<Attempt> failedBetween(Instant from, Instant until, int limit) {
    return rows(
        "SELECT * FROM attempt WHERE outcome <> 'COMPLETED' AND ended_at >= ? AND ended_at < ?"
            + " ORDER BY ended_at, id LIMIT ?",
        Rows::attempt,
        from,
        until,
        limit);
  }

  List<Attempt> liveOnNode(String nodeId) {
    return rows(LIVE_OF_NODE, Rows::lease, nodeId);
  }

  private Optional<Job> one(String text, Object... values) {
    return rows(text, Rows::job, values).stream().findFirst();
  }

  private <T> List<T> rows(String text, Sql.Mapper<T> mapper, Object... values) {
    return transactions.reading(c -> Sql.rows(c, text, mapper, values));
  }
}
