package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.protocol.metrics.KnowledgeCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes cases beside the dispatcher, in the order they came, and waits for the database where it
 * is away. A stop writes what waits. What a killed process or a full queue leaves out is found
 * again from the attempts, which are durable: see {@link CaseSearch}.
 */
@Singleton
final class CaseWriter implements CaseRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(CaseWriter.class);
  private static final int CAPACITY = 10_000;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final BlockingQueue<NewCase> waiting = new ArrayBlockingQueue<>(CAPACITY);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Ledger ledger;
  private final Counter deferred;
  private final Duration stopWithin;
  private final Thread writer;

  @Inject
  CaseWriter(Ledger ledger, Meters meters) {
    this(ledger, meters, STOP_WITHIN);
  }

  CaseWriter(Ledger ledger, Meters meters, Duration stopWithin) {
    this.ledger = ledger;
    this.stopWithin = stopWithin;
    this.deferred = meters.counter(KnowledgeCatalogue.CASES_DEFERRED);
    this.writer = Thread.ofVirtual().name("case-writer").start(this::run);
  }

  @Override
  public void record(NewCase c) {
    if (!waiting.offer(c)) {
      deferred.inc();
      LOG.warn("Too many cases wait for the database; one of {} is left for later", c.jobId());
    }
  }

  /** Runs after the dispatcher, which depends on this, has stopped. */
  @PreDestroy
  void stop() throws InterruptedException {
    stopping.countDown();
    writer.join(stopWithin);
    writer.interrupt();
    if (!waiting.isEmpty()) {
      LOG.warn("{} cases were not written and are left for the next start", waiting.size());
    }
  }

  private void run() {
    try {
      while (stopping.getCount() > 0 || !waiting.isEmpty()) {
        NewCase next = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (next != null) {
          write(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(NewCase c) throws InterruptedException {
    while (true) {
      try {
        ledger.write(c);
        return;
      } catch (DatabaseUnavailableException away) {
        LOG.debug("Cases wait for the database: {}", away.getMessage());
        Thread.sleep(AGAIN);
      } catch (RuntimeException defect) {
        LOG.error("A case of {} could not be written: {}", c.jobId(), c, defect);
        return;
      }
    }
  }
}
