package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.recovery.Plan;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Keeps, watches and takes over live attempts. */
final class Leases {

  private static final String HEARTBEAT =
      """
      WITH input AS (
        SELECT * FROM unnest(?::uuid[], ?::int8[], ?::timestamptz[], ?::text[], ?::text[],
          ?::int4[], ?::int4[], ?::int2[])
        AS i(attempt_id, fence, at, phase, expert, step, steps, percent)
      ), kept AS (
        UPDATE lease l SET
          expires_at = i.at + l.lease_ms * interval '1 millisecond',
          moved = (l.phase, l.expert, l.step, l.steps, l.percent)
            IS DISTINCT FROM (i.phase, i.expert, i.step, i.steps, i.percent),
          phase = i.phase, expert = i.expert, step = i.step, steps = i.steps, percent = i.percent
        FROM input i WHERE l.attempt_id = i.attempt_id AND l.fence = i.fence
        RETURNING l.*, i.at
      ), noted AS (
        UPDATE job j SET progress = k.percent, sequence = j.sequence + 1
        FROM kept k WHERE j.id = k.job_id AND k.moved
        RETURNING j.id, j.sequence, j.status, k.at, k.phase, k.expert, k.step, k.steps, k.percent,
          k.number
      ), logged AS (
        INSERT INTO job_event (job_id, sequence, at, status, phase, expert, step, steps, percent,
          attempt)
        SELECT id, sequence, at, status, phase, expert, step, steps, percent, number FROM noted
      )
      SELECT attempt_id, expires_at FROM kept
      """;

  private static final String ADOPT =
      """
      WITH held AS (
        UPDATE lease SET fence = fence + 1, replica = ?, lease_ms = ?, expires_at = ?
        WHERE attempt_id = ? AND fence = ? AND (expires_at <= ? OR replica = ?)
        RETURNING *
      ), owned AS (
        UPDATE job j SET fence = h.fence FROM held h WHERE j.id = h.job_id RETURNING j.*
      )
      SELECT\s"""
          + Rows.JOB
          + """
          , h.attempt_id, h.job_id, h.number, h.node_id, h.revision, h.replica, h.fence,
            h.started_at AS attempt_started_at, h.expires_at AS lease_until,
            h.plan AS attempt_plan, h.expert, h.step
          FROM owned j JOIN held h ON h.job_id = j.id
          """;

  private static final String REPLAN =
      """
      WITH held AS (
        UPDATE lease SET plan = ?::jsonb WHERE attempt_id = ? AND fence = ? RETURNING job_id, plan
      )
      UPDATE job j SET plan = h.plan FROM held h WHERE j.id = h.job_id
      """;

  private static final String EXPIRED =
      """
      SELECT l.*, j.attempts, j.deadline FROM lease l JOIN job j ON j.id = l.job_id
      WHERE l.expires_at <= ? ORDER BY l.expires_at, l.attempt_id LIMIT ?
      """;

  private static final String RELEASE =
      "UPDATE lease SET expires_at = least(expires_at, ?) WHERE attempt_id = ? AND fence = ?";

  private static final String STALE =
      """
      SELECT fence, 'live' AS outcome FROM lease WHERE attempt_id = ?
      UNION ALL
      SELECT fence, outcome FROM attempt WHERE id = ?
      """;

  private record Beat(UUID attemptId, long fence, Progress progress, Instant now) {}

  private record Kept(UUID attemptId, Instant until) {}

  /** What is stored of an attempt somebody could not change. */
  record Standing(long fence, String outcome) {
    boolean live() {
      return outcome.equals("live");
    }

    StaleReason reason(long asked) {
      if (!live()) {
        return StaleReason.ENDED;
      }
      return fence == asked ? StaleReason.RENEWED : StaleReason.ADOPTED;
    }
  }

  private final Transactions transactions;
  private final Combiner<Beat, Lease> combiner;

  Leases(Transactions transactions) {
    this.transactions = transactions;
    this.combiner = new Combiner<>(64, this::heartbeatAll);
  }

  Lease heartbeat(String attemptId, long fence, Progress progress, Instant now) {
    return Ids.parseAttempt(attemptId)
        .map(id -> combiner.call(new Beat(id, fence, progress, Sql.stored(now))))
        .orElseGet(() -> new Lease.Lost(StaleReason.UNKNOWN_ATTEMPT));
  }

  /** Two beats of one attempt cannot share a statement: it would take only one of them. */
  private List<Lease> heartbeatAll(List<Beat> beats) {
    long attempts = beats.stream().map(Beat::attemptId).distinct().count();
    if (attempts < beats.size()) {
      return beats.stream().map(beat -> heartbeatAll(List.of(beat)).getFirst()).toList();
    }
    List<Kept> kept = transactions.relaxedStatement(c -> extend(c, beats));
    return beats.stream()
        .map(
            beat ->
                kept.stream()
                    .filter(k -> k.attemptId().equals(beat.attemptId()))
                    .<Lease>map(k -> new Lease.Extended(k.until()))
                    .findFirst()
                    .orElseGet(() -> new Lease.Lost(stale(beat.attemptId(), beat.fence()))))
        .toList();
  }

  private static List<Kept> extend(Connection c, List<Beat> beats) throws SQLException {
    try (Sql sql = Sql.of(c, HEARTBEAT)) {
      return sql.each("uuid", beats, Beat::attemptId)
          .each("int8", beats, Beat::fence)
          .each("timestamptz", beats, Beat::now)
          .each("text", beats, b -> b.progress().phase().name())
          .each("text", beats, b -> b.progress().expert())
          .each("int4", beats, b -> b.progress().step())
          .each("int4", beats, b -> b.progress().steps())
          .each("int2", beats, b -> b.progress().percent())
          .rows(row -> new Kept(Rows.uuid(row, "attempt_id"), Sql.instant(row, "expires_at")));
    }
  }

  List<ExpiredLease> expired(Instant now, int limit) {
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, EXPIRED)) {
            return sql.with(now)
                .with(limit)
                .rows(
                    row ->
                        new ExpiredLease(
                            Rows.lease(row),
                            row.getString("service"),
                            row.getInt("attempts"),
                            Sql.instant(row, "deadline")));
          }
        });
  }

  boolean release(String attemptId, long fence, Instant now) {
    Optional<UUID> id = Ids.parseAttempt(attemptId);
    return id.isPresent()
        && transactions.relaxedStatement(
            c -> {
              try (Sql sql = Sql.of(c, RELEASE)) {
                return sql.with(Sql.stored(now)).with(id.get()).with(fence).update() > 0;
              }
            });
  }

  boolean replan(String attemptId, long fence, Plan plan) {
    Optional<UUID> id = Ids.parseAttempt(attemptId);
    return id.isPresent()
        && transactions.relaxedStatement(
            c -> {
              try (Sql sql = Sql.of(c, REPLAN)) {
                return sql.with(Rows.write(plan)).with(id.get()).with(fence).update() > 0;
              }
            });
  }

  /** Durable: a fencing number must never be given twice. */
  Optional<Claim> adopt(String attemptId, long fence, String replica, Duration lease, Instant now) {
    Optional<UUID> id = Ids.parseAttempt(attemptId);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    Instant at = Sql.stored(now);
    return transactions.durableStatement(
        c -> {
          try (Sql sql = Sql.of(c, ADOPT)) {
            return sql
                .with(replica)
                .with(lease.toMillis())
                .with(at.plus(lease))
                .with(id.get())
                .with(fence)
                .with(at)
                .with(replica)
                .rows(Leases::adopted)
                .stream()
                .findFirst();
          }
        });
  }

  private static Claim adopted(ResultSet row) throws SQLException {
    Job job = Rows.job(row);
    long fence = row.getLong("fence");
    Instant until = Sql.instant(row, "lease_until");
    Attempt attempt = Rows.adopted(row, job.id(), fence, until);
    return new Claim(job, attempt, fence, until);
  }

  StaleReason stale(UUID attemptId, long fence) {
    return standing(attemptId).map(s -> s.reason(fence)).orElse(StaleReason.UNKNOWN_ATTEMPT);
  }

  Optional<Standing> standing(UUID attemptId) {
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, STALE)) {
            return sql
                .with(attemptId)
                .with(attemptId)
                .rows(row -> new Standing(row.getLong("fence"), row.getString("outcome")))
                .stream()
                .findFirst();
          }
        });
  }
}
