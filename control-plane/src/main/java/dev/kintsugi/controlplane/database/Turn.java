package dev.kintsugi.controlplane.database;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Work that one replica does at a time, without a transaction or a lock while it does. It saves the
 * others the same work and no more: one that is slow may find another one at it, so what is written
 * must be right whoever writes it.
 */
public final class Turn {

  /** By the clock of the database, whatever those of the replicas say. */
  private static final String TAKE =
      """
      INSERT INTO turn (name, holder, until)
      VALUES (?, ?, clock_timestamp() + make_interval(secs => ?))
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE turn.until <= clock_timestamp()
      RETURNING 1
      """;

  private static final String END = "DELETE FROM turn WHERE name = ? AND holder = ?";

  private final Transactions transactions;
  private final String name;
  private final Duration longest;

  /**
   * @param name that no other work has
   * @param longest after which another replica takes the turn of one that died; longer than the
   *     work takes
   */
  public Turn(Transactions transactions, String name, Duration longest) {
    this.transactions = transactions;
    this.name = name;
    this.longest = longest;
  }

  /**
   * Does the work, unless somebody is at it.
   *
   * @return empty when nothing was done
   * @throws DatabaseUnavailableException when that is away; the turn then ends by itself
   */
  public <T> Optional<T> take(Supplier<T> work) {
    UUID holder = UUID.randomUUID();
    if (!taken(holder)) {
      return Optional.empty();
    }
    T done;
    try {
      done = work.get();
    } catch (RuntimeException | Error failed) {
      endAfter(failed, holder);
      throw failed;
    }
    end(holder);
    return Optional.of(done);
  }

  private boolean taken(UUID holder) {
    double seconds = longest.toMillis() / 1e3;
    return !transactions
        .relaxedStatement(c -> Sql.rows(c, TAKE, row -> row.getInt(1), name, holder, seconds))
        .isEmpty();
  }

  private void end(UUID holder) {
    transactions.relaxedStatement(c -> Sql.update(c, END, name, holder));
  }

  private void endAfter(Throwable failed, UUID holder) {
    try {
      end(holder);
    } catch (RuntimeException away) {
      failed.addSuppressed(away);
    }
  }
}
