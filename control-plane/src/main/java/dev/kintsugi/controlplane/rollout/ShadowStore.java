package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.cases.ReplaySource;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.rollout.ShadowPair;
import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowPair.Likeness;
import dev.kintsugi.core.rollout.ShadowPair.Seconds;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Shadows in PostgreSQL. Whoever ends one first has ended it. */
@Singleton
final class ShadowStore implements ReplaySource {

  private static final String TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))";

  private static final String OF_TRY = "service = ? AND rollout = ? AND started_at = ?";

  private static final String ADD =
      """
      INSERT INTO rollout_shadow (service, rollout, started_at, id, canary, video, sha256,
        picked_at, stable_seconds, stable_per_step)
      SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
      WHERE NOT EXISTS (SELECT FROM rollout_shadow WHERE ending IS NULL AND\s"""
          + OF_TRY
          + ") AND (SELECT count(*) FROM rollout_shadow WHERE "
          + OF_TRY
          + ") < ? ON CONFLICT DO NOTHING";

  private static final String END =
      """
      UPDATE rollout_shadow SET ending = ?, note = ?, canary_seconds = ?, canary_per_step = ?,
        psnr_db = ?, least_psnr_db = ?, ended_at = ?
      WHERE id = ? AND ending IS NULL
      """;

  private static final String SETTLE =
      """
      UPDATE rollout_shadow SET settled = true
      WHERE id = ? AND ending IS NOT NULL AND job_id IS NOT DISTINCT FROM ?::text
      """;

  private final Transactions transactions;

  ShadowStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Adds a pair, unless one of its try is open or there are enough. Replicas take turns.
   *
   * @param most pairs of the try
   * @return false when nothing was added
   */
  boolean add(Shadow shadow, int most) {
    RolloutKey key = shadow.key();
    Seconds stable = shadow.pair().stable();
    return transactions.durably(
        c -> {
          Sql.rows(c, TAKE_TURN, row -> row, "shadow " + key.service() + " " + key.rollout());
          return Sql.update(
                  c,
                  ADD,
                  key.service(),
                  key.rollout(),
                  key.startedAt(),
                  shadow.id(),
                  shadow.canary(),
                  shadow.video(),
                  shadow.sha256(),
                  shadow.pickedAt(),
                  stable.total(),
                  stable.perStep(),
                  key.service(),
                  key.rollout(),
                  key.startedAt(),
                  key.service(),
                  key.rollout(),
                  key.startedAt(),
                  most)
              > 0;
        });
  }

  /** The replay's job is in the queue; whoever settled the pair meanwhile did not know of it. */
  void queued(UUID id, String job) {
    transactions.durably(
        c ->
            Sql.update(
                c, "UPDATE rollout_shadow SET job_id = ?, settled = false WHERE id = ?", job, id));
  }

  /**
   * @return false when it had ended before
   */
  boolean end(UUID id, Shadow.Result result, Instant now) {
    Seconds canary = result.canary();
    Likeness likeness = result.likeness();
    return transactions.durably(
            c ->
                Sql.update(
                    c,
                    END,
                    result.ending().name(),
                    result.note(),
                    canary == null ? null : canary.total(),
                    canary == null ? null : canary.perStep(),
                    likeness == null ? null : likeness.psnrDb(),
                    likeness == null ? null : likeness.leastPsnrDb(),
                    now,
                    id))
        > 0;
  }

  /**
   * Nothing is left to do for a pair that ended.
   *
   * @param job of the replay, which is gone; null where there was none
   */
  void settle(UUID id, @Nullable String job) {
    transactions.durably(c -> Sql.update(c, SETTLE, id, job));
  }

  /** Those of one try, oldest first. */
  List<Shadow> of(RolloutKey key) {
    return rows(
        "SELECT * FROM rollout_shadow WHERE " + OF_TRY + " ORDER BY id",
        ShadowStore::shadow,
        key.service(),
        key.rollout(),
        key.startedAt());
  }

  /** Those of every try that something is left to do for, oldest first. */
  List<Shadow> unsettled() {
    return rows("SELECT * FROM rollout_shadow WHERE NOT settled ORDER BY id", ShadowStore::shadow);
  }

  @Override
  public Set<String> waiting() {
    return Set.copyOf(
        rows(
            """
            SELECT DISTINCT service, canary FROM rollout_shadow
            WHERE NOT settled AND ending IS NULL AND job_id IS NOT NULL""",
            row -> Shadows.queueKey(row.getString("service"), row.getString("canary"))));
  }

  @Override
  public boolean owns(String jobId) {
    return !rows("SELECT 1 FROM rollout_shadow WHERE job_id = ?", row -> 1, jobId).isEmpty();
  }

  private <T> List<T> rows(String sql, Sql.Mapper<T> mapper, Object... values) {
    return transactions.reading(c -> Sql.rows(c, sql, mapper, values));
  }

  private static Shadow shadow(ResultSet row) throws SQLException {
    String ending = row.getString("ending");
    return new Shadow(
        row.getObject("id", UUID.class),
        new RolloutKey(
            row.getString("service"), row.getString("rollout"), row.getString("started_at")),
        row.getString("canary"),
        row.getString("video"),
        row.getString("sha256"),
        Sql.instant(row, "picked_at"),
        row.getString("job_id"),
        new ShadowPair(
            ending == null ? null : Ending.valueOf(ending),
            new Seconds(row.getDouble("stable_seconds"), number(row, "stable_per_step")),
            canary(row),
            likeness(row)),
        row.getString("note"));
  }

  private static @Nullable Seconds canary(ResultSet row) throws SQLException {
    Double total = number(row, "canary_seconds");
    return total == null ? null : new Seconds(total, number(row, "canary_per_step"));
  }

  private static @Nullable Likeness likeness(ResultSet row) throws SQLException {
    Double psnr = number(row, "psnr_db");
    return psnr == null ? null : new Likeness(psnr, row.getDouble("least_psnr_db"));
  }

  private static @Nullable Double number(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Double.class);
  }
}
