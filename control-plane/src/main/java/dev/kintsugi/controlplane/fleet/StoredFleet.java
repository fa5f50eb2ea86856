package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet in memory: static services and what is stored. Replicas learn of each other's changes
 * by looking at one number twice a second; while the database is away, what was read last holds.
 */
@Singleton
class StoredFleet implements FleetRegistry {

  private static final Logger LOG = LoggerFactory.getLogger(StoredFleet.class);

  private final FleetStore store;
  private final StaticServices fixed;
  private final Map<String, ModelReport> reports = new ConcurrentHashMap<>();
  private volatile List<RegisteredService> services;
  private volatile long changeNumber = -1;

  StoredFleet(FleetStore store, StaticServices fixed) {
    this.store = store;
    this.fixed = fixed;
    this.services = ordered(List.of());
  }

  @Override
  public List<RegisteredService> services() {
    return services;
  }

  /** The last report of each service's model, by service key. */
  Map<String, ModelReport> reports() {
    return reports;
  }

  @PostConstruct
  void load() {
    try {
      reports.putAll(store.reports());
    } catch (DatabaseUnavailableException e) {
      LOG.warn("Model reports of earlier runs could not be read: {}", e.getMessage());
    }
    refresh();
  }

  /** Reads the stored services again when any of them changed. */
  @Scheduled(fixedDelay = "${kintsugi.fleet.refresh:500ms}")
  synchronized void refresh() {
    try {
      long number = store.changeNumber();
      if (number != changeNumber) {
        services = ordered(store.all());
        changeNumber = number;
      }
    } catch (DatabaseUnavailableException e) {
      LOG.debug("The fleet of {} services holds: {}", services.size(), e.getMessage());
    }
  }

  private List<RegisteredService> ordered(List<RegisteredService> stored) {
    return Stream.concat(fixed.all().stream(), stored.stream())
        .sorted(Comparator.comparing(RegisteredService::key))
        .toList();
  }
}
