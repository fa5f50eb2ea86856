package dev.kintsugi.core.queue;

import java.time.Duration;
import java.time.Instant;

/**
 * When a waiting job becomes overdue and is served before its class. Realtime jobs never do: they
 * are first anyway.
 *
 * @param standard longest ordinary wait of standard jobs
 * @param batch longest ordinary wait of batch jobs
 */
public record WaitBound(Duration standard, Duration batch) {

  public static final WaitBound DEFAULT =
      new WaitBound(Duration.ofMinutes(10), Duration.ofMinutes(30));

  /** Instant from which a standard job submitted then is overdue. */
  public Instant standardOverdue(Instant submitted) {
    return submitted.plus(standard);
  }

  /** Instant from which a batch job submitted then is overdue. */
  public Instant batchOverdue(Instant submitted) {
    return submitted.plus(batch);
  }
}
