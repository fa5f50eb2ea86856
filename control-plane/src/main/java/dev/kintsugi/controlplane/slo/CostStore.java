package dev.kintsugi.controlplane.slo;

import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.JobEnd;
import dev.kintsugi.core.slo.Grain;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What ended jobs took, by hour, in PostgreSQL. */
@Singleton
class CostStore {

  private static final String ADD =
      """
      INSERT INTO cost_hour AS t (service, start, tenant, revision, pool, jobs, videos, priced,
          gpu_seconds, delivered_seconds, cost_usd, delivered_usd)
        SELECT * FROM unnest(?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[],
          ?::int8[], ?::int8[], ?::int8[], ?::float8[], ?::float8[], ?::float8[], ?::float8[])
      ON CONFLICT (service, start, tenant, revision, pool) DO UPDATE SET
        jobs = t.jobs + excluded.jobs, videos = t.videos + excluded.videos,
        priced = t.priced + excluded.priced, gpu_seconds = t.gpu_seconds + excluded.gpu_seconds,
        delivered_seconds = t.delivered_seconds + excluded.delivered_seconds,
        cost_usd = t.cost_usd + excluded.cost_usd,
        delivered_usd = t.delivered_usd + excluded.delivered_usd
      """;

  private static final String PARTS =
      """
      SELECT service,
        CASE WHEN GROUPING(tenant) = 0 THEN 'tenant' WHEN GROUPING(revision) = 0 THEN 'revision'
          WHEN GROUPING(pool) = 0 THEN 'pool' ELSE 'total' END AS part_of,
        coalesce(tenant, revision, pool, '') AS part,
        sum(jobs)::int8 AS jobs, sum(videos)::int8 AS videos, sum(priced)::int8 AS priced,
        sum(gpu_seconds) AS gpu_seconds, sum(delivered_seconds) AS delivered_seconds,
        sum(cost_usd) AS cost_usd, sum(delivered_usd) AS delivered_usd
      FROM cost_hour WHERE start >= ? AND (?::text IS NULL OR service = ?)
      GROUP BY GROUPING SETS ((service), (service, tenant), (service, revision), (service, pool))
      ORDER BY service, GROUPING(tenant, revision, pool) DESC, gpu_seconds DESC, part LIMIT ?
      """;

  /** Whose cost it is. */
  record Key(String service, Instant start, String tenant, String revision, String pool) {}

  /**
   * Sums over jobs.
   *
   * @param priced jobs with an attempt at a known price
   */
  record Cost(
      long jobs,
      long videos,
      long priced,
      double gpuSeconds,
      double deliveredSeconds,
      double costUsd,
      double deliveredUsd) {

    static Cost of(JobEnd job) {
      Double cost = job.costUsd();
      Double delivered = job.deliveredUsd();
      return new Cost(
          1,
          job.outcome() == JobEnd.Outcome.ANSWERED ? 1 : 0,
          cost == null ? 0 : 1,
          job.gpuSeconds(),
          job.deliveredSeconds(),
          cost == null ? 0 : cost,
          delivered == null ? 0 : delivered);
    }

    Cost plus(Cost other) {
      return new Cost(
          jobs + other.jobs,
          videos + other.videos,
          priced + other.priced,
          gpuSeconds + other.gpuSeconds,
          deliveredSeconds + other.deliveredSeconds,
          costUsd + other.costUsd,
          deliveredUsd + other.deliveredUsd);
    }
  }

  /**
   * @param by {@code total}, {@code tenant}, {@code revision} or {@code pool}
   */
  record Part(String service, String by, String part, Cost cost) {}

  private final Transactions transactions;

  CostStore(Transactions transactions) {
    this.transactions = transactions;
  }

  static Map<Key, Cost> sums(List<JobEnd> jobs) {
    Map<Key, Cost> sums = new HashMap<>();
    for (JobEnd job : jobs) {
      Instant hour = Grain.HOUR.floor(job.endedAt());
      sums.merge(
          new Key(job.service(), hour, job.tenant(), job.revision(), job.pool()),
          Cost.of(job),
          Cost::plus);
    }
    return sums;
  }

  /** Adds sums, in the transaction of the connection. */
  static void add(Connection c, Map<Key, Cost> sums) throws SQLException {
    try (PreparedStatement insert = c.prepareStatement(ADD)) {
      new Columns<>(c, insert, sums.entrySet())
          .with("text", e -> e.getKey().service())
          .with("timestamptz", e -> e.getKey().start())
          .with("text", e -> e.getKey().tenant())
          .with("text", e -> e.getKey().revision())
          .with("text", e -> e.getKey().pool())
          .with("int8", e -> e.getValue().jobs())
          .with("int8", e -> e.getValue().videos())
          .with("int8", e -> e.getValue().priced())
          .with("float8", e -> e.getValue().gpuSeconds())
          .with("float8", e -> e.getValue().deliveredSeconds())
          .with("float8", e -> e.getValue().costUsd())
          .with("float8", e -> e.getValue().deliveredUsd())
          .write();
    }
  }

  /**
   * Sums since then: of each service, and of its tenants, revisions and pools.
   *
   * @param service {@code namespace/name}; null for every one
   */
  List<Part> parts(Instant from, @Nullable String service, int limit) {
    return transactions.reading(
        c -> {
          List<Part> parts = new ArrayList<>();
          try (PreparedStatement select = c.prepareStatement(PARTS)) {
            CountStore.time(select, 1, from);
            select.setString(2, service);
            select.setString(3, service);
            select.setInt(4, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                parts.add(part(rows));
              }
            }
          }
          return parts;
        });
  }

  private static Part part(ResultSet row) throws SQLException {
    return new Part(
        row.getString("service"),
        row.getString("part_of"),
        row.getString("part"),
        new Cost(
            row.getLong("jobs"),
            row.getLong("videos"),
            row.getLong("priced"),
            row.getDouble("gpu_seconds"),
            row.getDouble("delivered_seconds"),
            row.getDouble("cost_usd"),
            row.getDouble("delivered_usd")));
  }

  void prune(Instant before) {
    transactions.relaxed(
        c -> CountStore.delete(c, "DELETE FROM cost_hour WHERE start < ?", before));
  }
}
