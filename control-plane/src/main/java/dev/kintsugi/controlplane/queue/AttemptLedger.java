package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Attempts of a service, for whoever judges revisions by them. Reads along the ids of attempts,
 * which sort by the time of the claim, so it needs no index of its own and claims and completions
 * write nothing for it.
 */
@Singleton
public final class AttemptLedger {

  private static final String ENDED =
      """
      SELECT a.*, j.deadline, j.cost AS job_cost,
        coalesce((j.result #>> '{delivered,degraded}')::boolean, false) AS degraded,
        coalesce((j.result ->> 'score')::float8, 'NaN') AS score
      FROM (
        SELECT * FROM attempt WHERE id >= ?
        UNION
        SELECT * FROM attempt WHERE id = ANY(?::uuid[])
      ) a JOIN job j ON j.id = a.job_id
      WHERE j.service = ? AND a.revision = ANY(?::text[]) AND j.started_at >= ?
      ORDER BY a.ended_at, a.id
      """;

  private static final String LIVE =
      """
      SELECT l.*, j.deadline, j.cost AS job_cost, false AS degraded, 'NaN'::float8 AS score, (
        SELECT max(e.at) FROM job_event e WHERE e.job_id = l.job_id AND e.attempt = l.number
      ) AS changed_at
      FROM lease l JOIN job j ON j.id = l.job_id
      WHERE l.service = ? AND l.revision = ANY(?::text[]) AND j.started_at >= ?
      ORDER BY l.started_at, l.attempt_id
      """;

  private final Transactions transactions;

  public AttemptLedger(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Which attempts are asked for.
   *
   * @param service {@code namespace/name}
   * @param jobsSince attempts of jobs that first ran earlier are in neither list
   * @param begunSince of the ended ones only those begun since then
   * @param andEnded besides, those of these ids that have ended
   */
  public record Question(
      String service,
      Collection<String> revisions,
      Instant jobsSince,
      Instant begunSince,
      Collection<String> andEnded) {}

  /**
   * Both lists are of one instant: an attempt that ends meanwhile is in exactly one of them.
   *
   * @param ended by the time of their end
   * @param live by the time of their claim
   */
  public record View(List<LedgerAttempt> ended, List<LedgerAttempt> live) {}

  public View read(Question asked) {
    List<String> revisions = List.copyOf(asked.revisions());
    List<UUID> others =
        asked.andEnded().stream().map(Ids::parseAttempt).flatMap(Optional::stream).toList();
    return transactions.relaxed(
        c -> {
          c.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          c.setReadOnly(true);
          try (Sql ended = Sql.of(c, ENDED);
              Sql live = Sql.of(c, LIVE)) {
            return new View(
                ended
                    .with(Ids.lowest(asked.begunSince()))
                    .each("uuid", others, id -> id)
                    .with(asked.service())
                    .each("text", revisions, revision -> revision)
                    .with(asked.jobsSince())
                    .rows(row -> of(Rows.attempt(row), 0, row, null)),
                live.with(asked.service())
                    .each("text", revisions, revision -> revision)
                    .with(asked.jobsSince())
                    .rows(row -> of(Rows.lease(row), row.getInt("steps"), row, changedAt(row))));
          }
        });
  }

  private static LedgerAttempt of(
      Attempt attempt, int steps, ResultSet row, @Nullable Instant changedAt) throws SQLException {
    return new LedgerAttempt(
        attempt,
        row.getObject("deadline", OffsetDateTime.class).toInstant(),
        row.getDouble("job_cost"),
        row.getBoolean("degraded"),
        row.getDouble("score"),
        steps,
        changedAt);
  }

  private static @Nullable Instant changedAt(ResultSet row) throws SQLException {
    OffsetDateTime at = row.getObject("changed_at", OffsetDateTime.class);
    return at == null
        ? row.getObject("started_at", OffsetDateTime.class).toInstant()
        : at.toInstant();
  }
}
