package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Videos that a revision made for customers, for whoever has them made once more. */
@Singleton
public final class MadeVideos {

  /** A resumed attempt is left out: its times are those of a part. */
  private static final String NEWEST =
      "SELECT "
          + Rows.JOB
          + """
       FROM (SELECT * FROM job ORDER BY id DESC LIMIT ?) j
      JOIN attempt a ON a.job_id = j.id AND a.outcome = ? AND a.revision = ?
      WHERE j.service = ? AND j.status = 'completed' AND j.deleted_at IS NULL
        AND j.expires_at > ? AND j.id <> ALL(?::uuid[])
        AND NOT coalesce((j.result #>> '{delivered,degraded}')::boolean, false)
        AND j.result #> '{delivered,seed}' = j.parameters -> 'seed'
        AND a.plan ->> 'resume' IS NULL
      ORDER BY j.completed_at DESC LIMIT 1
      """;

  /** Of all services; what is older is not looked for. */
  private static final int JOBS_LOOKED_AT = 20_000;

  private final Transactions transactions;

  public MadeVideos(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * The newest one that was made as asked at one go and whose files are still kept.
   *
   * @param service {@code namespace/name}
   * @param but ids of jobs that are left out
   */
  public Optional<Job> newest(
      String service, String revision, Collection<String> but, Instant now) {
    List<UUID> leftOut = but.stream().map(Ids::parseJob).flatMap(Optional::stream).toList();
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, NEWEST)) {
            return sql
                .with(JOBS_LOOKED_AT)
                .with(Attempt.COMPLETED)
                .with(revision)
                .with(service)
                .with(now)
                .each("uuid", leftOut, id -> id)
                .rows(Rows::job)
                .stream()
                .findFirst();
          }
        });
  }
}
