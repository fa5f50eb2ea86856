package dev.kintsugi.controlplane.reviews;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.reviews.ReviewStore.Pending;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import io.prometheus.metrics.core.metrics.Gauge;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends what nobody decides on, and shows what waits. */
@Singleton
@Requires(notEnv = "command")
class ReviewWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ReviewWatch.class);

  private final Reviews reviews;
  private final ReviewStore store;
  private final ReviewSettings settings;
  private final Clock clock;
  private final Gauge pending;
  private final Gauge age;
  private final Gauge used;
  private final FleetRegistry fleet;
  private final Set<String> shown = ConcurrentHashMap.newKeySet();

  ReviewWatch(
      Reviews reviews,
      ReviewStore store,
      FleetRegistry fleet,
      ReviewSettings settings,
      Clock clock,
      Meters meters) {
    this.reviews = reviews;
    this.store = store;
    this.fleet = fleet;
    this.settings = settings;
    this.clock = clock;
    this.pending = meters.gauge(AdmissionCatalogue.REVIEWS_PENDING);
    this.age = meters.gauge(AdmissionCatalogue.REVIEW_OLDEST_AGE);
    this.used = meters.gauge(AdmissionCatalogue.REVIEW_TIME_USED);
  }

  @Scheduled(initialDelay = "5s", fixedDelay = "${kintsugi.reviews.look-every:5s}")
  void look() {
    try {
      int expired = reviews.expire();
      if (expired > 0) {
        LOG.warn("Nobody decided on {} prompts in time", expired);
      }
      show();
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Reviews are not looked at now: {}", away.getMessage());
    }
  }

  @Scheduled(initialDelay = "17m", fixedDelay = "1h")
  void prune() {
    try {
      store.prune(clock.instant().minus(settings.retention()));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Old reviews will be removed later: {}", away.getMessage());
    }
  }

  /** A service without reviews shows none of them, so that nothing and no news look different. */
  private void show() {
    Instant now = clock.instant();
    Map<String, Pending> waiting = new HashMap<>();
    store.pending(now).forEach(service -> waiting.put(service.service(), service));
    Set<String> services = new HashSet<>(waiting.keySet());
    fleet.services().forEach(service -> services.add(service.key()));
    shown.removeIf(service -> !services.contains(service) && removed(service));
    shown.addAll(services);
    for (String service : shown) {
      Pending some = waiting.getOrDefault(service, new Pending(service, 0, now, 0));
      pending.labelValues(service).set(some.reviews());
      age.labelValues(service).set(Duration.between(some.oldest(), now).toMillis() / 1000.0);
      used.labelValues(service).set(some.used());
    }
  }

  private boolean removed(String service) {
    pending.remove(service);
    age.remove(service);
    used.remove(service);
    return true;
  }
}
