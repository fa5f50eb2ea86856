package dev.kintsugi.controlplane.tracing;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobEndListener;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.queue.JobQueue;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a job's trace when the job has ended, from what the queue kept: so it is whole and exact
 * whichever replicas worked on the job, and whichever of them died.
 */
@Singleton
final class JobTraces implements JobEndListener {

  private static final Logger LOG = LoggerFactory.getLogger(JobTraces.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Telemetry telemetry;
  private final Provider<JobQueue> queue;
  private final Clock clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  JobTraces(Telemetry telemetry, Provider<JobQueue> queue, Clock clock) {
    this.telemetry = telemetry;
    this.queue = queue;
    this.clock = clock;
  }

  @Override
  public void ended(Job job) {
    if (telemetry.on()) {
      try {
        threads.execute(() -> write(job));
      } catch (RejectedExecutionException stopping) {
        LOG.debug("{} has no trace, this process ends", job.id());
      }
    }
  }

  private void write(Job job) {
    try (JobLog fields = JobLog.of(job)) {
      try {
        List<Attempt> attempts = queue.get().attempts(job.id());
        Instant end = job.completedAt() == null ? clock.instant() : job.completedAt();
        new JobSpans(telemetry.tracer(), job).write(attempts, end);
      } catch (DatabaseUnavailableException away) {
        LOG.warn("{} has no trace, the database is away: {}", job.id(), away.getMessage());
      }
    }
  }

  @PreDestroy
  void stop() throws InterruptedException {
    threads.shutdown();
    threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
