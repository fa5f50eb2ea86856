package dev.kintsugi.controlplane.novelty;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.core.novelty.Ellipsoid;
import dev.kintsugi.core.novelty.Familiarity;
import dev.kintsugi.core.novelty.Fit;
import dev.kintsugi.core.novelty.KnownPrompts;
import dev.kintsugi.core.novelty.Moments;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What prompts that went well have taught, in PostgreSQL. */
@Singleton
class FamiliarityStore {

  /** Jobs that ended earlier were read, or the control plane was away for longer. */
  static final Duration LOOK_BACK = Duration.ofHours(1);

  private static final String CURRENT = "current";
  private static final String NEXT = "next";

  /**
   * A prompt went well when its job was made as asked and no attempt failed by it. The words leave
   * the database for as long as it takes to embed them.
   */
  private static final String FRESH =
      """
      SELECT e.job_id, e.service, j.parameters ->> 'prompt' AS prompt
      FROM job_end e JOIN job j ON j.id = e.job_id
      WHERE e.ended_at >= ? AND e.outcome = 'answered' AND NOT e.degraded
        AND j.deleted_at IS NULL AND j.parameters ->> 'prompt' IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.job_id = e.job_id
          AND a.attribution = 'INPUT')
        AND NOT EXISTS (SELECT 1 FROM prompt_familiarity_taken t WHERE t.job_id = e.job_id)
      ORDER BY e.ended_at LIMIT ?
      """;

  private static final String TAKE =
      """
      INSERT INTO prompt_familiarity_taken (job_id, taken_at)
      SELECT j.id, ? FROM unnest(?::uuid[]) AS asked (id) JOIN job j USING (id)
      WHERE j.deleted_at IS NULL
      ON CONFLICT DO NOTHING RETURNING job_id
      """;

  private static final String SET =
      """
      INSERT INTO prompt_familiarity
        (service, language, model, seen, weight, mean, scatter, known, known_count, changed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (service, language, model) DO UPDATE SET
        seen = excluded.seen, weight = excluded.weight, mean = excluded.mean,
        scatter = excluded.scatter, known = excluded.known,
        known_count = excluded.known_count, changed_at = excluded.changed_at
      """;

  private static final String ADD_FIT =
      """
      INSERT INTO prompt_fit (service, language, model, standing, seen, centre, factor, distances)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String OF = " WHERE service = ? AND language = ? AND model = ?";

  private final Transactions transactions;

  FamiliarityStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /** A job whose prompt went well. */
  record Good(UUID job, String service, String prompt) {}

  /**
   * How much is known.
   *
   * @param fitted prompts that had been seen when the fit in force was made; null while there is
   *     none
   * @param distances of prompts held out from that fit
   */
  record Standing(
      Subject subject, long seen, @Nullable Long fitted, float @Nullable [] distances) {}

  /** Jobs whose prompts were not taken in yet, the oldest first. */
  List<Good> fresh(Instant now, int limit) {
    return transactions.reading(
        c -> Sql.rows(c, FRESH, FamiliarityStore::good, now.minus(LOOK_BACK), limit));
  }

  /** Those jobs among these that nobody else took, and that nobody deleted meanwhile. */
  static Set<UUID> take(Connection c, List<UUID> jobs, Instant now) throws SQLException {
    try (Sql sql = Sql.of(c, TAKE)) {
      return new HashSet<>(
          sql.with(now)
              .each("uuid", jobs, job -> job)
              .rows(row -> row.getObject("job_id", UUID.class)));
    }
  }

  /** As it is, if anything is known. */
  static Optional<Familiarity> find(Connection c, Subject subject) throws SQLException {
    List<Fit> current = fits(c, subject, CURRENT);
    List<Fit> next = fits(c, subject, NEXT);
    return Sql.rows(
            c,
            "SELECT * FROM prompt_familiarity" + OF,
            row ->
                new Familiarity(
                    new KnownPrompts(
                        Floats.longs(row.getBytes("known")), row.getInt("known_count")),
                    new Moments(
                        row.getLong("seen"),
                        row.getDouble("weight"),
                        Floats.floats(row.getBytes("mean")),
                        Floats.floats(row.getBytes("scatter"))),
                    current.isEmpty() ? null : current.getFirst(),
                    next.isEmpty() ? null : next.getFirst()),
            subject.service(),
            subject.language(),
            subject.model())
        .stream()
        .findFirst();
  }

  /** Only what differs from before is written. */
  static void set(Connection c, Subject subject, Familiarity before, Familiarity after, Instant now)
      throws SQLException {
    Moments moments = after.moments();
    Sql.update(
        c,
        SET,
        subject.service(),
        subject.language(),
        subject.model(),
        moments.seen(),
        moments.weight(),
        Floats.bytes(moments.mean()),
        Floats.bytes(moments.scatter()),
        Floats.bytes(after.known().bits()),
        after.known().count(),
        now);
    setFit(c, subject, CURRENT, before.current(), after.current());
    setFit(c, subject, NEXT, before.next(), after.next());
  }

  private static void setFit(
      Connection c, Subject of, String standing, @Nullable Fit before, @Nullable Fit after)
      throws SQLException {
    if (before != null && after != null && before.seen() == after.seen()) {
      Sql.update(
          c,
          "UPDATE prompt_fit SET distances = ?" + OF + " AND standing = ?",
          Floats.bytes(after.distances()),
          of.service(),
          of.language(),
          of.model(),
          standing);
      return;
    }
    Sql.update(
        c,
        "DELETE FROM prompt_fit" + OF + " AND standing = ?",
        of.service(),
        of.language(),
        of.model(),
        standing);
    if (after != null) {
      Sql.update(
          c,
          ADD_FIT,
          of.service(),
          of.language(),
          of.model(),
          standing,
          after.seen(),
          Floats.bytes(after.ellipsoid().centre()),
          Floats.bytes(after.ellipsoid().factor()),
          Floats.bytes(after.distances()));
    }
  }

  /** All that is known, without the large parts. */
  List<Standing> standings() {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT p.service, p.language, p.model, p.seen, f.seen AS fitted, f.distances"
                    + " FROM prompt_familiarity p LEFT JOIN prompt_fit f"
                    + " ON (f.service, f.language, f.model, f.standing)"
                    + " = (p.service, p.language, p.model, 'current')",
                FamiliarityStore::standing));
  }

  /** What a subject's prompts are judged by. */
  Optional<Fit> current(Subject subject) {
    return transactions.reading(c -> fits(c, subject, CURRENT)).stream().findFirst();
  }

  /** Forgets jobs that nobody looks for any more, and subjects that nothing was added to. */
  int prune(Instant takenBefore, Instant unchangedSince) {
    return transactions.durably(
        c ->
            Sql.update(c, "DELETE FROM prompt_familiarity_taken WHERE taken_at < ?", takenBefore)
                + Sql.update(
                    c, "DELETE FROM prompt_familiarity WHERE changed_at < ?", unchangedSince));
  }

  private static List<Fit> fits(Connection c, Subject of, String standing) throws SQLException {
    return Sql.rows(
        c,
        "SELECT * FROM prompt_fit" + OF + " AND standing = ?",
        row ->
            new Fit(
                row.getLong("seen"),
                new Ellipsoid(
                    Floats.floats(row.getBytes("centre")), Floats.floats(row.getBytes("factor"))),
                Floats.floats(row.getBytes("distances"))),
        of.service(),
        of.language(),
        of.model(),
        standing);
  }

  private static Standing standing(ResultSet row) throws SQLException {
    byte[] distances = row.getBytes("distances");
    return new Standing(
        new Subject(row.getString("service"), row.getString("language"), row.getString("model")),
        row.getLong("seen"),
        row.getObject("fitted", Long.class),
        distances == null ? null : Floats.floats(distances));
  }

  private static Good good(ResultSet row) throws SQLException {
    return new Good(
        row.getObject("job_id", UUID.class), row.getString("service"), row.getString("prompt"));
  }

  /** An operator's replay was chosen because it failed before: not what customers ask for. */
  static boolean teaches(Good job) {
    return !ReplayQueue.isReplay(job.service());
  }
}
