package dev.kintsugi.controlplane.queue;

import dev.kintsugi.controlplane.database.Sql;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.protocol.video.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much waits for each service, counted at most twice a second, and less often when counting
 * takes long, so that it never costs more than a twentieth of one connection: a row that every
 * submission and claim updates would make them all take turns. What this replica accepted since the
 * count is added to it, and a job is refused only by a fresh count, so the limit is passed by at
 * most what is being accepted at this moment and what other replicas accepted since the count.
 */
final class Depths {

  private static final Duration FRESH = Duration.ofMillis(500);
  private static final int SHARE = 20;

  private static final String COUNT =
      """
      SELECT priority, count(*) AS jobs, sum(cost) AS cost
      FROM waiting WHERE service = ? GROUP BY priority
      UNION ALL
      SELECT -1, count(*), coalesce(sum(cost), 0) FROM lease WHERE service = ?
      """;

  private record Counted(
      QueueSnapshot snapshot, Instant at, Duration fresh, AtomicLong acceptedSince) {}

  private record Row(int priority, QueueSnapshot.Load load) {}

  private final Transactions transactions;
  private final Map<String, Counted> counts = new ConcurrentHashMap<>();

  Depths(Transactions transactions) {
    this.transactions = transactions;
  }

  QueueSnapshot snapshot(String service, Instant now) {
    return counted(service, now).snapshot();
  }

  /** Refuses the job when its service's queue is full, else counts it in. */
  synchronized Optional<Submission> refuses(NewJob job, Instant now) {
    Counted counted = counted(job.service(), now);
    if (depth(counted) >= job.queueLimit()) {
      counted = count(job.service(), now);
    }
    long depth = depth(counted);
    if (depth >= job.queueLimit()) {
      return Optional.of(new Submission.QueueFull(depth, job.queueLimit()));
    }
    counted.acceptedSince().incrementAndGet();
    return Optional.empty();
  }

  private static long depth(Counted counted) {
    return counted.snapshot().depth() + counted.acceptedSince().get();
  }

  private Counted counted(String service, Instant now) {
    Counted counted = counts.get(service);
    if (counted == null
        || Duration.between(counted.at(), now).abs().compareTo(counted.fresh()) >= 0) {
      return count(service, now);
    }
    return counted;
  }

  private Counted count(String service, Instant now) {
    Map<Priority, QueueSnapshot.Load> waiting = new EnumMap<>(Priority.class);
    for (Priority priority : Priority.values()) {
      waiting.put(priority, QueueSnapshot.Load.NONE);
    }
    QueueSnapshot.Load running = QueueSnapshot.Load.NONE;
    long began = System.nanoTime();
    List<Row> rows = rows(service);
    Duration costs = Duration.ofNanos(SHARE * (System.nanoTime() - began));
    for (Row row : rows) {
      if (row.priority() < 0) {
        running = row.load();
      } else {
        waiting.put(Rows.priority(row.priority()), row.load());
      }
    }
    var counted =
        new Counted(
            new QueueSnapshot(service, waiting, running),
            now,
            costs.compareTo(FRESH) > 0 ? costs : FRESH,
            new AtomicLong());
    counts.put(service, counted);
    return counted;
  }

  private List<Row> rows(String service) {
    return transactions.reading(
        c -> {
          try (Sql sql = Sql.of(c, COUNT)) {
            return sql.with(service)
                .with(service)
                .rows(
                    row ->
                        new Row(
                            row.getInt("priority"),
                            new QueueSnapshot.Load(row.getLong("jobs"), row.getDouble("cost"))));
          }
        });
  }
}
