package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.Retention;
import dev.kintsugi.core.node.Retention.Kept;
import dev.kintsugi.core.node.Retention.Policy;
import dev.kintsugi.core.node.Retention.Prune;
import dev.kintsugi.core.node.Retention.Reason;
import dev.kintsugi.core.watch.Alarm;
import dev.kintsugi.core.watch.Alarm.Look;
import dev.kintsugi.node.NodeSettings;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.NodeEvent.Kind;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what nobody fetched in time, and the oldest of it earlier when space runs short: before
 * the disk is full, since then the attempt that is being written would be lost.
 */
@Singleton
class Janitor {
  private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);

  /** Space is enough again from this multiple of the least: else the alarm would flicker. */
  private static final double CALM = 1.2;

  private final AttemptService attempts;
  private final List<Prunable> stores;
  private final WorkDirectoryHolder work;
  private final NodeMetrics metrics;
  private final NodeEvents events;
  private final NodeSettings settings;
  private final Clock clock;
  private Alarm alarm = Alarm.CALM;

  Janitor(
      AttemptService attempts,
      List<Prunable> stores,
      WorkDirectoryHolder work,
      NodeMetrics metrics,
      NodeEvents events,
      NodeSettings settings,
      Clock clock) {
    this.attempts = attempts;
    this.stores = stores;
    this.work = work;
    this.metrics = metrics;
    this.events = events;
    this.settings = settings;
    this.clock = clock;
  }

  @Scheduled(fixedDelay = "5s", initialDelay = "5s")
  void prune() {
    work.get().ifPresent(this::prune);
  }

  private synchronized void prune(WorkDirectory directory) {
    Map<String, Prunable> owners = new HashMap<>();
    List<Kept> kept = new ArrayList<>();
    for (Prunable store : stores) {
      for (Kept one : store.prunable(directory)) {
        owners.put(one.id(), store);
        kept.add(one);
      }
    }
    long least = settings.minFreeBytes() + attempts.bytesToCome(directory);
    long free = directory.freeBytes();
    List<Prune> prunes =
        Retention.decide(kept, new Policy(settings.keep(), least), free, clock.instant());
    for (Prune prune : prunes) {
      Prunable owner = owners.get(prune.id());
      if (owner != null) {
        owner.prune(prune.id());
        metrics.pruned(prune.reason());
        LOG.debug("removed {}: {}", prune.id(), prune.reason());
      }
    }
    tell(free, least, directory, prunes);
  }

  private void tell(long free, long least, WorkDirectory directory, List<Prune> prunes) {
    // Negative, so that more of it is worse.
    Look look = Look.at(-free, -(double) least, -CALM * least);
    Alarm.Step step = alarm.after(look, 1);
    alarm = step.alarm();
    long left = directory.freeBytes();
    metrics.diskFree(left);
    if (step.change() == Alarm.Change.RAISED) {
      long removed = prunes.stream().filter(p -> p.reason() == Reason.DISK_PRESSURE).count();
      events.add(
          Kind.DISK_PRESSURE,
          left < least
              ? "space runs short and nothing is left that may be removed"
              : "space ran short: removed " + removed + " results and caches before their time",
          attempts.inEngine().map(Attempt::id).orElse(null),
          Map.of(
              "free_bytes_before", Long.toString(free),
              "free_bytes", Long.toString(left),
              "least_free_bytes", Long.toString(least),
              "removed", Long.toString(removed)));
    }
  }
}
