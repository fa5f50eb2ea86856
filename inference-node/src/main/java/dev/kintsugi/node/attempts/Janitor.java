package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.Retention;
import dev.kintsugi.core.node.Retention.Kept;
import dev.kintsugi.core.node.Retention.Policy;
import dev.kintsugi.core.node.Retention.Prune;
import dev.kintsugi.core.node.Retention.Reason;
import dev.kintsugi.node.NodeSettings;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets finished attempts that nobody fetched, and earlier when space runs short. */
@Singleton
class Janitor {
  private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);

  private final AttemptService attempts;
  private final WorkDirectoryHolder work;
  private final Policy policy;
  private final Clock clock;

  Janitor(AttemptService attempts, WorkDirectoryHolder work, NodeSettings settings, Clock clock) {
    this.attempts = attempts;
    this.work = work;
    this.policy = new Policy(settings.keep(), settings.minFreeBytes());
    this.clock = clock;
  }

  @Scheduled(fixedDelay = "10s", initialDelay = "10s")
  void prune() {
    work.get().ifPresent(this::prune);
  }

  private void prune(WorkDirectory directory) {
    List<Kept> finished =
        attempts.all().stream()
            .flatMap(
                a ->
                    a
                        .finishedAt()
                        .map(at -> new Kept(a.id(), at, directory.bytes(a.id())))
                        .stream())
            .toList();
    long free = directory.freeBytes();
    List<Prune> prunes = Retention.decide(finished, policy, free, clock.instant());
    prunes.forEach(p -> attempts.delete(p.id()));
    long pressed = prunes.stream().filter(p -> p.reason() == Reason.DISK_PRESSURE).count();
    if (pressed > 0) {
      LOG.atWarn()
          .addKeyValue("event", "disk_pressure")
          .addKeyValue("free_bytes", free)
          .addKeyValue("min_free_bytes", policy.minFreeBytes())
          .log("removed {} finished attempts before their time: space runs short", pressed);
    }
  }
}
