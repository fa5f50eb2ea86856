package dev.kintsugi.controlplane.webhooks;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Tenants;
import dev.kintsugi.controlplane.tracing.DeliverySpans;
import dev.kintsugi.core.webhook.Redelivery;
import dev.kintsugi.core.webhook.Redelivery.Decision;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs and sends due deliveries, a bounded number at once. */
@Singleton
final class WebhookDelivery {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);
  private static final int AT_ONCE = 32;
  private static final Duration MARGIN = Duration.ofSeconds(15);

  private final WebhookStore store;
  private final WebhookClient client;
  private final Tenants tenants;
  private final WebhookSettings settings;
  private final JobQueue queue;
  private final DeliverySpans spans;
  private final Clock clock;
  private final Counter outcomes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore free = new Semaphore(AT_ONCE);

  WebhookDelivery(
      WebhookStore store,
      WebhookClient client,
      Tenants tenants,
      WebhookSettings settings,
      JobQueue queue,
      DeliverySpans spans,
      Clock clock,
      Meters meters) {
    this.store = store;
    this.client = client;
    this.tenants = tenants;
    this.settings = settings;
    this.queue = queue;
    this.spans = spans;
    this.clock = clock;
    this.outcomes = meters.counter(JobCatalogue.WEBHOOK_DELIVERIES);
  }

  /** Starts what is due and returns without waiting for receivers. */
  void deliverDue() {
    int permits = free.drainPermits();
    if (permits == 0) {
      return;
    }
    int started = 0;
    try {
      List<WebhookStore.Delivery> due = store.claim(permits, lease(), clock.instant());
      for (WebhookStore.Delivery delivery : due) {
        started++;
        threads.execute(() -> deliver(delivery));
      }
    } finally {
      free.release(permits - started);
    }
  }

  /** Longer than any try can take, so that no try overlaps the next. */
  private Duration lease() {
    return settings.connectTimeout().plus(settings.responseTimeout().multipliedBy(2)).plus(MARGIN);
  }

  private void deliver(WebhookStore.Delivery delivery) {
    try {
      Optional<String> secret = tenants.webhookSecret(delivery.tenant());
      if (secret.isEmpty()) {
        store.end(delivery.id(), "tenant_gone", "the tenant has no secret", clock.instant());
        return;
      }
      // A job may be deleted before its receiver answers.
      Optional<Job> job = queue.find(delivery.jobId());
      try (JobLog fields = JobLog.of(job)) {
        send(job, delivery, secret.get());
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("{} is tried again when its lease ends: {}", delivery.id(), away.getMessage());
    } finally {
      free.release();
    }
  }

  private void send(Optional<Job> job, WebhookStore.Delivery delivery, String secret) {
    byte[] body = delivery.payload().getBytes(StandardCharsets.UTF_8);
    Instant now = clock.instant();
    String signature = WebhookSignature.sign(secret, delivery.id(), now, body);
    DeliverySpans.Sending sending =
        spans.begin(job, delivery.id(), delivery.tries(), delivery.url());
    WebhookClient.Outcome outcome =
        client.post(delivery.url(), delivery.id(), now, signature, sending.headers(), body);
    Decision decision = Redelivery.decide(outcome.result(), delivery.tries(), clock.instant());
    sending.end(decision instanceof Decision.Delivered, outcome.note());
    conclude(delivery, outcome, decision);
  }

  private void conclude(
      WebhookStore.Delivery delivery, WebhookClient.Outcome outcome, Decision decision) {
    switch (decision) {
      case Decision.Delivered() -> {
        count("delivered");
        store.end(delivery.id(), "delivered", outcome.note(), clock.instant());
      }
      case Decision.RetryAt(Instant at) -> {
        count("retried");
        store.retry(delivery.id(), at, outcome.note());
      }
      case Decision.GiveUp(Redelivery.Reason reason) -> {
        String name = reason.name().toLowerCase(Locale.ROOT);
        count(name);
        store.end(delivery.id(), name, outcome.note(), clock.instant());
        LOG.info(
            "Gave up on webhook {} after {} tries: {}",
            delivery.id(),
            delivery.tries(),
            outcome.note());
      }
    }
  }

  private void count(String outcome) {
    outcomes.labelValues(outcome).inc();
  }

  @PreDestroy
  void stop() {
    threads.shutdownNow();
  }
}
