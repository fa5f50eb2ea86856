package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Remembers the newest checkpoint of each running job. */
final class Checkpoints {

  /** Only the holder of the live attempt may write, and only forwards within one run. */
  private static final String KEEP =
      """
      INSERT INTO checkpoint AS k (job_id, step, bytes, sha256, digest, run, stored_at)
      SELECT job_id, ?, ?, ?, ?, plan, ? FROM lease WHERE attempt_id = ? AND fence = ?
      ON CONFLICT (job_id) DO UPDATE SET step = excluded.step, bytes = excluded.bytes,
        sha256 = excluded.sha256, digest = excluded.digest, run = excluded.run,
        stored_at = excluded.stored_at
      """;

  private final Transactions transactions;

  Checkpoints(Transactions transactions) {
    this.transactions = transactions;
  }

  boolean keep(String attemptId, long fence, SavedCheckpoint checkpoint, Instant now) {
    Optional<UUID> id = Ids.parseAttempt(attemptId);
    return id.isPresent()
        && transactions.relaxedStatement(
            c -> {
              try (Sql sql = Sql.of(c, KEEP)) {
                return sql.with(checkpoint.step())
                        .with(checkpoint.bytes())
                        .with(checkpoint.sha256())
                        .with(checkpoint.digest())
                        .with(Sql.stored(now))
                        .with(id.get())
                        .with(fence)
                        .update()
                    > 0;
              }
            });
  }
}
