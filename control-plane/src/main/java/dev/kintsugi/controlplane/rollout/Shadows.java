package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Deletion;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.MadeVideos;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.controlplane.tenants.Tenants;
import dev.kintsugi.core.rollout.ShadowPair;
import dev.kintsugi.core.rollout.ShadowPair.Ending;
import dev.kintsugi.core.rollout.ShadowPair.Seconds;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a canary make once more what stable made for customers, one video at a time, and compares.
 * Every replica does; each step is written before the next, and the first to end a pair has ended
 * it.
 */
@Singleton
@Requires(notEnv = "command")
final class Shadows {

  private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);

  /** Without a free slot for so long, there is no capacity to spare. */
  private static final Duration WITHIN = Duration.ofHours(1);

  /** A replica's view of the fleet may be older than a pair that another one picked. */
  private static final Duration NEWS_WITHIN = Duration.ofSeconds(30);

  private static final long MOST_WAITING = 100;

  private final FleetRegistry fleet;
  private final RolloutStore rollouts;
  private final ShadowStore store;
  private final MadeVideos videos;
  private final JobQueue queue;
  private final ShadowFilms films;
  private final RolloutMetrics metrics;
  private final Clock clock;

  Shadows(
      FleetRegistry fleet,
      RolloutStore rollouts,
      ShadowStore store,
      MadeVideos videos,
      JobQueue queue,
      ShadowFilms films,
      RolloutMetrics metrics,
      Clock clock) {
    this.fleet = fleet;
    this.rollouts = rollouts;
    this.store = store;
    this.videos = videos;
    this.queue = queue;
    this.films = films;
    this.metrics = metrics;
    this.clock = clock;
  }

  static String queueKey(String service, String canary) {
    return ReplayQueue.shadow(service, canary);
  }

  /** Does for every rollout what can be done now. */
  @Scheduled(initialDelay = "2s", fixedDelay = "1s")
  void look() {
    try {
      fleet.services().forEach(service -> safely(service.key(), () -> pick(service)));
      store.unsettled().forEach(shadow -> safely(shadow.video(), () -> goOn(shadow)));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Shadows wait for the database: {}", away.getMessage());
    }
  }

  /** A defect in one must not keep the others. */
  private static void safely(String what, Runnable work) {
    try {
      work.run();
    } catch (DatabaseUnavailableException away) {
      throw away;
    } catch (RuntimeException defect) {
      LOG.error("The shadow of {} stumbled over a defect and is tried again", what, defect);
    }
  }

  private void pick(RegisteredService service) {
    ServiceState.Rollout rollout = service.state().rollout();
    RolloutKey key = RolloutKey.of(service).orElse(null);
    if (rollout == null || key == null || !wants(service, rollout)) {
      return;
    }
    List<Shadow> known = store.of(key);
    boolean enough = known.size() >= rollout.shadowVideos();
    if (enough || known.stream().anyMatch(Shadow::open) || rolledBack(key)) {
      return;
    }
    Instant now = clock.instant();
    videos
        .newest(service.key(), rollout.stable(), known.stream().map(Shadow::video).toList(), now)
        .flatMap(made -> shadow(key, rollout.canary(), made, now))
        .filter(shadow -> store.add(shadow, rollout.shadowVideos()))
        .ifPresent(shadow -> LOG.info("{} is to make {} again", key.rollout(), shadow.video()));
  }

  private static boolean wants(RegisteredService service, ServiceState.Rollout rollout) {
    return rollout.shadowVideos() > 0
        && !rollout.promoted()
        && service.nodes().stream()
            .anyMatch(node -> node.revision().equals(rollout.canary()) && !node.draining());
  }

  private boolean rolledBack(RolloutKey key) {
    return rollouts.inForce(key).filter(Decision::rollback).isPresent();
  }

  private static Optional<Shadow> shadow(RolloutKey key, String canary, Job made, Instant now) {
    return video(made)
        .map(
            sha256 ->
                new Shadow(
                    Ids.next(now),
                    key,
                    canary,
                    made.id(),
                    sha256,
                    now,
                    null,
                    new ShadowPair(null, Objects.requireNonNull(seconds(made)), null, null),
                    null));
  }

  private void goOn(Shadow shadow) {
    if (!shadow.open()) {
      settle(shadow);
      return;
    }
    Optional<Job> video = queue.find(shadow.video());
    if (video.isEmpty()) {
      end(shadow, Shadow.Result.without(Ending.WITHDRAWN, null));
    } else if (over(shadow)) {
      end(shadow, Shadow.Result.without(Ending.ABANDONED, null));
    } else if (shadow.job() == null) {
      submit(shadow, video.get());
    } else {
      result(shadow, queue.find(shadow.job()).orElse(null))
          .ifPresent(result -> end(shadow, result));
    }
  }

  private boolean over(Shadow shadow) {
    if (rolledBack(shadow.key())) {
      return true;
    }
    boolean old = clock.instant().isAfter(shadow.pickedAt().plus(NEWS_WITHIN));
    return old && fleet.services().stream().noneMatch(shadow.key()::isOf);
  }

  /** The key makes the same job of it, however often it is done. */
  private void submit(Shadow shadow, Job video) {
    String key = "shadow_" + Ids.hex(shadow.id());
    Instant now = clock.instant();
    NewJob job =
        new NewJob(
            Tenants.OPERATORS,
            queueKey(shadow.key().service(), shadow.canary()),
            video.model(),
            Priority.BATCH,
            video.parameters(),
            null,
            null,
            key,
            key,
            video.cost(),
            1,
            now.plus(WITHIN),
            MOST_WAITING,
            Ids.hex(shadow.id()));
    switch (queue.submit(job, now)) {
      case Submission.Accepted(Job accepted) -> store.queued(shadow.id(), accepted.id());
      case Submission.Replayed(Job before) -> store.queued(shadow.id(), before.id());
      case Submission.QueueFull full -> LOG.debug("{} waits for the queue", shadow.video());
      case Submission.KeyReused reused -> throw new IllegalStateException("the key is its own");
    }
  }

  /** Empty while the replay waits or runs, or its clip cannot be read. */
  private Optional<Shadow.Result> result(Shadow shadow, @Nullable Job replay) {
    if (replay == null) {
      return Optional.of(Shadow.Result.without(Ending.NOT_RUN, "the replay's job is gone"));
    }
    if (!replay.status().terminal()) {
      return Optional.empty();
    }
    return replay.status() == VideoStatus.COMPLETED
        ? made(shadow, replay)
        : Optional.of(failed(replay));
  }

  private Shadow.Result failed(Job replay) {
    List<Attempt> attempts = queue.attempts(replay.id());
    Attempt last = attempts.isEmpty() ? null : attempts.getLast();
    String outcome = last == null ? null : last.outcome();
    if (last == null || outcome == null) {
      return Shadow.Result.without(Ending.NOT_RUN, "no slot was free in time");
    }
    return Shadow.Result.without(
        Ending.without(Situations.cause(outcome)),
        last.message() == null ? outcome : outcome + ": " + last.message());
  }

  private Optional<Shadow.Result> made(Shadow shadow, Job replay) {
    var result = Objects.requireNonNull(replay.result());
    if (result.delivered().degraded()) {
      return Optional.of(Shadow.Result.without(Ending.FAILED, result.delivered().reason()));
    }
    Seconds seconds = seconds(replay);
    try {
      String sha256 = video(replay).orElseThrow(() -> new MediaException("it has no video"));
      var likeness = films.compare(shadow.sha256(), sha256);
      return Optional.of(new Shadow.Result(Ending.MADE, null, seconds, likeness));
    } catch (MediaException e) {
      return Optional.of(new Shadow.Result(Ending.MADE, e.getMessage(), seconds, null));
    } catch (IOException e) {
      LOG.warn("{} cannot be compared now: {}", shadow.video(), e.toString());
      return Optional.empty();
    }
  }

  private void end(Shadow shadow, Shadow.Result result) {
    if (store.end(shadow.id(), result, clock.instant())) {
      metrics.shadowEnded(shadow.key().service(), result.ending());
      LOG.info("The shadow of {} ended: {}", shadow.video(), result);
    }
    settle(shadow);
  }

  /** The replay's clip and prompt go; a running attempt is stopped. */
  private void settle(Shadow shadow) {
    if (shadow.job() != null) {
      Instant now = clock.instant();
      var unused = queue.cancel(Tenants.OPERATORS, shadow.job(), now);
      if (queue.delete(Tenants.OPERATORS, shadow.job(), now) instanceof Deletion.StillRunning) {
        return;
      }
    }
    store.settle(shadow.id(), shadow.job());
  }

  private static Optional<String> video(Job job) {
    return Optional.ofNullable(job.result()).stream()
        .flatMap(result -> result.artifacts().stream())
        .filter(file -> file.variant().equals("video"))
        .map(Artifact::sha256)
        .findFirst();
  }

  private static @Nullable Seconds seconds(Job job) {
    var result = job.result();
    if (result == null) {
      return null;
    }
    Double denoise = result.stageDurations().get("denoise");
    int steps = result.delivered().numInferenceSteps();
    return new Seconds(result.gpuSeconds(), denoise == null || steps == 0 ? null : denoise / steps);
  }
}
