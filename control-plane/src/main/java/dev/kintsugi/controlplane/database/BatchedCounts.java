package dev.kintsugi.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts that are kept in memory and written together, so that counting never waits. What is
 * counted here is in the database after the next {@link #flush}; a process that dies loses what it
 * counted since the last one.
 *
 * <p>Each batch is written once: it carries a number that goes up by one, which is kept in the same
 * transaction. So one whose commit was not answered can be written again and is then only looked
 * up.
 *
 * @param <K> what is counted
 */
public final class BatchedCounts<K> {

  private static final String NUMBER =
      """
      INSERT INTO count_batch AS known (writer, sequence, written_at) VALUES (?, ?, ?)
      ON CONFLICT (writer) DO UPDATE
        SET sequence = excluded.sequence, written_at = excluded.written_at
        WHERE known.sequence < excluded.sequence
      """;

  private final Transactions transactions;
  private final Writer<K> writer;
  private final UUID name = UUID.randomUUID();
  private final ConcurrentHashMap<K, Long> counts = new ConcurrentHashMap<>();
  private Map<K, Long> batch = Map.of();
  private long sequence;

  /** Adds a batch to what is in the database, on the connection of its transaction. */
  @FunctionalInterface
  public interface Writer<K> {
    void write(Connection connection, Map<K, Long> counts) throws SQLException;
  }

  public BatchedCounts(Transactions transactions, Writer<K> writer) {
    this.transactions = transactions;
    this.writer = writer;
  }

  public void add(K key) {
    counts.merge(key, 1L, Long::sum);
  }

  /**
   * Writes what was counted since the last time.
   *
   * @throws DatabaseUnavailableException it stays here, for the next time
   */
  public synchronized void flush(Instant now) {
    if (batch.isEmpty()) {
      batch = taken();
      sequence++;
    }
    Map<K, Long> mine = batch;
    if (!mine.isEmpty()) {
      transactions.relaxed(
          c -> {
            if (Sql.update(c, NUMBER, name, sequence, now) == 1) {
              writer.write(c, mine);
            }
            return true;
          });
      batch = Map.of();
    }
  }

  private Map<K, Long> taken() {
    Map<K, Long> taken = new HashMap<>();
    for (K key : counts.keySet()) {
      Long count = counts.remove(key);
      if (count != null) {
        taken.put(key, count);
      }
    }
    return taken;
  }

  /** Forgets writers that have written nothing since then: their processes are gone. */
  public static void prune(Transactions transactions, Instant before) {
    transactions.relaxedStatement(
        c -> Sql.update(c, "DELETE FROM count_batch WHERE written_at < ?", before));
  }
}
