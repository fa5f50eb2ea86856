package dev.kintsugi.controlplane.webhooks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.view.VideoView;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves ends of jobs into the list of deliveries and deliveries to their receivers. Every replica
 * runs one.
 */
@Singleton
@Requires(notEnv = "command")
final class WebhookCourier {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookCourier.class);
  private static final int BATCH = 100;

  private final JobQueue queue;
  private final WebhookStore store;
  private final WebhookDelivery delivery;
  private final VideoView view;
  private final ObjectMapper json;
  private final WebhookSettings settings;
  private final Clock clock;

  WebhookCourier(
      JobQueue queue,
      WebhookStore store,
      WebhookDelivery delivery,
      VideoView view,
      ObjectMapper json,
      WebhookSettings settings,
      Clock clock) {
    this.queue = queue;
    this.store = store;
    this.delivery = delivery;
    this.view = view;
    this.json = json;
    this.settings = settings;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "1s", fixedDelay = "250ms")
  void work() {
    try {
      List<Job> ended = queue.unannounced(BATCH);
      for (Job job : ended) {
        announce(job);
      }
      delivery.deliverDue();
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Webhooks wait for the database: {}", away.getMessage());
    }
  }

  @Scheduled(initialDelay = "5m", fixedDelay = "1h")
  void forget() {
    try {
      store.forgetEndedBefore(clock.instant().minus(settings.keep()));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old webhooks will be forgotten later: {}", away.getMessage());
    }
  }

  /** In this order: a process that dies in between announces the job again, to no effect. */
  private void announce(Job job) {
    if (job.webhookUrl() != null) {
      store.add(
          new WebhookStore.Delivery(
              WebhookEvent.messageId(job),
              job.id(),
              job.tenant(),
              job.webhookUrl(),
              payload(job),
              0),
          clock.instant());
    }
    queue.announced(job.id());
  }

  private String payload(Job job) {
    try {
      return json.writeValueAsString(WebhookEvent.of(job, view.of(job)));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
