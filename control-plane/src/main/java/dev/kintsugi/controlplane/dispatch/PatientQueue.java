package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.JobQueue;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue as the dispatcher's loops use it: the database may be away for a while, which is logged
 * once, not once per try.
 */
@Singleton
class PatientQueue {

  private static final Logger LOG = LoggerFactory.getLogger(PatientQueue.class);
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final JobQueue queue;
  private final AtomicBoolean away = new AtomicBoolean();

  PatientQueue(JobQueue queue) {
    this.queue = queue;
  }

  /** Asks once; empty when the database is away. */
  <T> Optional<T> ask(Function<JobQueue, T> call) {
    try {
      T answer = call.apply(queue);
      if (away.compareAndSet(true, false)) {
        LOG.info("The database is back");
      }
      return Optional.of(answer);
    } catch (DatabaseUnavailableException e) {
      if (away.compareAndSet(false, true)) {
        LOG.warn("The database is away; running attempts go on: {}", e.getMessage());
      }
      return Optional.empty();
    }
  }

  /** Asks until the database answers. */
  <T> T await(Function<JobQueue, T> call) throws InterruptedException {
    while (true) {
      Optional<T> answer = ask(call);
      if (answer.isPresent()) {
        return answer.get();
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }
}
