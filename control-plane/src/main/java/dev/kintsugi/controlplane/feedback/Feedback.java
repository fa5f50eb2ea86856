package dev.kintsugi.controlplane.feedback;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.tenants.TenantData;
import io.micronaut.context.annotation.Value;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what customers think of their videos. */
@Singleton
public class Feedback implements TenantData {

  private static final Logger LOG = LoggerFactory.getLogger(Feedback.class);

  private final FeedbackStore store;
  private final Clock clock;
  private final Duration retention;

  Feedback(
      FeedbackStore store,
      Clock clock,
      @Value("${kintsugi.feedback.retention:180d}") Duration retention) {
    this.store = store;
    this.clock = clock;
    this.retention = retention;
  }

  /** On a database of the caller's. */
  public static Feedback of(Transactions transactions, Clock clock) {
    return new Feedback(new FeedbackStore(transactions), clock, Duration.ofDays(180));
  }

  /**
   * Keeps a rating in place of the job's earlier one.
   *
   * @param stars 1 to 5
   * @return when it was given
   */
  public Instant keep(Job job, int stars, @Nullable String comment) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    store.put(job.id(), job.tenant(), job.service(), stars, comment, now);
    return now;
  }

  /** Ratings of a service's jobs that were given since then, oldest first. */
  public List<Rating> since(String service, Instant since) {
    return store.since(service, since);
  }

  /** The customer deleted the video: its comment goes, too. */
  public void forget(String jobId) {
    store.forgetComment(jobId);
  }

  @Override
  public Map<String, Long> forgetTenant(String tenant) {
    return Map.of("comments", (long) store.forgetCommentsOf(tenant));
  }

  @Scheduled(initialDelay = "9m", fixedDelay = "1h")
  void prune() {
    try {
      int removed = store.prune(clock.instant().minus(retention));
      if (removed > 0) {
        LOG.info("Removed {} ratings older than {}", removed, retention);
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old ratings will be removed later: {}", away.getMessage());
    }
  }
}
