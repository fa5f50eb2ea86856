package dev.kintsugi.controlplane.reviews;

import static dev.kintsugi.controlplane.database.Sql.instant;
import static dev.kintsugi.controlplane.database.Sql.instantOrNull;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.reviews.StoredReview.Decision;
import dev.kintsugi.controlplane.screening.Exceptions;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.protocol.digest.Sha256;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Prompts that are not held again, in PostgreSQL, by a digest: their text is the customer's. */
@Singleton
class ExceptionStore implements Exceptions {

  private static final int MOST_SHOWN = 1_000;

  /** One that is in force already stays; either way its number is told. */
  private static final String ADD =
      """
      INSERT INTO prompt_exception (service, fingerprint, job_id, created_at, created_by, note)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (service, fingerprint) WHERE revoked_at IS NULL
        DO UPDATE SET service = excluded.service
      RETURNING id
      """;

  private final Transactions transactions;

  ExceptionStore(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * An exception as stored.
   *
   * @param job whose review it comes from
   * @param revokedAt null while it is in force
   */
  record StoredException(
      long id,
      String service,
      String fingerprint,
      UUID job,
      Instant createdAt,
      String createdBy,
      String note,
      @Nullable Instant revokedAt,
      @Nullable String revokedBy) {}

  /** Without a database there is no exception; the submission will be told that it is away. */
  @Override
  public boolean has(String service, String prompt) {
    try {
      return transactions.reading(
          c ->
              !Sql.rows(
                      c,
                      "SELECT 1 FROM prompt_exception"
                          + " WHERE service = ? AND fingerprint = ? AND revoked_at IS NULL",
                      row -> 1,
                      service,
                      fingerprint(prompt))
                  .isEmpty());
    } catch (DatabaseUnavailableException away) {
      return false;
    }
  }

  /** Returns its number. */
  static long add(Connection c, Job job, Decision why) throws SQLException {
    return Sql.rows(
            c,
            ADD,
            row -> row.getLong("id"),
            job.service(),
            fingerprint(job.parameters().prompt()),
            StoredReview.job(job),
            Sql.stored(why.at()),
            why.actor(),
            why.note())
        .getFirst();
  }

  /** In force, of one service or of all when it is null; the newest first. */
  List<StoredException> list(@Nullable String service) {
    return transactions.reading(
        c ->
            Sql.rows(
                c,
                "SELECT * FROM prompt_exception WHERE revoked_at IS NULL"
                    + " AND (?::text IS NULL OR service = ?) ORDER BY id DESC LIMIT ?",
                ExceptionStore::exception,
                service,
                service,
                MOST_SHOWN));
  }

  Optional<StoredException> find(long id) {
    return transactions.reading(
        c ->
            Sql.rows(
                    c, "SELECT * FROM prompt_exception WHERE id = ?", ExceptionStore::exception, id)
                .stream()
                .findFirst());
  }

  /** Empty when it is not in force. */
  Optional<StoredException> revoke(long id, String by, Instant now) {
    return transactions.durableStatement(
        c ->
            Sql.rows(
                    c,
                    "UPDATE prompt_exception SET revoked_at = ?, revoked_by = ?"
                        + " WHERE id = ? AND revoked_at IS NULL RETURNING *",
                    ExceptionStore::exception,
                    Sql.stored(now),
                    by,
                    id)
                .stream()
                .findFirst());
  }

  /** The same for prompts that read the same: case, full-width forms and unseen signs are none. */
  static String fingerprint(String prompt) {
    return Sha256.hex(Lexicon.fold(prompt));
  }

  private static StoredException exception(ResultSet row) throws SQLException {
    return new StoredException(
        row.getLong("id"),
        row.getString("service"),
        row.getString("fingerprint"),
        row.getObject("job_id", UUID.class),
        instant(row, "created_at"),
        row.getString("created_by"),
        row.getString("note"),
        instantOrNull(row, "revoked_at"),
        row.getString("revoked_by"));
  }
}
