package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.queue.ClaimOrder;
import dev.kintsugi.core.queue.ClaimOrder.Lane;
import dev.kintsugi.protocol.video.Priority;
import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The queue's contract in memory, one call at a time: what PostgreSQL is compared with. */
final class QueueModel {

  static final Duration LEASE = Duration.ofSeconds(15);

  /** A job of the model; {@code id} is the one the real queue gave it. */
  static final class ModelJob {
    final String id;
    final String tenant;
    final Priority priority;
    final double tag;
    final Instant created;
    VideoStatus status = VideoStatus.QUEUED;
    Instant availableAt;
    int attempts;
    long fence;
    int events = 1;
    boolean deleted;
    ModelAttempt live;

    ModelJob(String id, String tenant, Priority priority, double tag, Instant created) {
      this.id = id;
      this.tenant = tenant;
      this.priority = priority;
      this.tag = tag;
      this.created = created;
      this.availableAt = created;
    }

    boolean waiting() {
      return status == VideoStatus.QUEUED;
    }

    Instant overdueAt() {
      return switch (priority) {
        case REALTIME -> Instant.MAX;
        case STANDARD -> created.plus(Duration.ofMinutes(10));
        case BATCH -> created.plus(Duration.ofMinutes(30));
      };
    }
  }

  /** A live attempt. */
  static final class ModelAttempt {
    final ModelJob job;
    final int node;
    int replica;
    Instant until;
    Progress progress;

    ModelAttempt(ModelJob job, int node, int replica, Instant until) {
      this.job = job;
      this.node = node;
      this.replica = replica;
      this.until = until;
    }
  }

  /** The fencing number somebody holds for an attempt, rightly or not. */
  record Held(ModelAttempt attempt, long fence) {
    boolean live() {
      return attempt.job.live == attempt;
    }

    boolean current() {
      return live() && attempt.job.fence == fence;
    }

    StaleReason staleness() {
      return live() ? StaleReason.ADOPTED : StaleReason.ENDED;
    }
  }

  private record Flow(String tenant, Priority priority) {}

  final List<ModelJob> jobs = new ArrayList<>();
  private final Map<Flow, Double> finish = new HashMap<>();
  private final Map<Priority, Double> served = new HashMap<>();
  private final Map<Integer, Long> tickets = new HashMap<>();

  void submitted(String id, String tenant, Priority priority, double cost, Instant now) {
    Flow flow = new Flow(tenant, priority);
    double start = Math.max(served.getOrDefault(priority, 0.0), finish.getOrDefault(flow, 0.0));
    finish.put(flow, start + cost);
    jobs.add(new ModelJob(id, tenant, priority, start, now));
  }

  Optional<Held> claim(int node, int replica, boolean spot, int slots, Instant now) {
    long running = jobs.stream().filter(j -> j.live != null && j.live.node == node).count();
    if (running >= slots) {
      return Optional.empty();
    }
    long ticket = tickets.getOrDefault(node, 0L);
    for (Lane lane :
        ClaimOrder.decide(new ClaimOrder.Asking(ticket, spot), ClaimOrder.Policy.DEFAULT).lanes()) {
      Optional<ModelJob> next = next(lane, now);
      if (next.isPresent()) {
        tickets.put(node, ticket + 1);
        return next.map(job -> begin(job, node, replica, now));
      }
    }
    return Optional.empty();
  }

  private Optional<ModelJob> next(Lane lane, Instant now) {
    return jobs.stream()
        .filter(ModelJob::waiting)
        .filter(j -> !j.availableAt.isAfter(now))
        .filter(
            j -> {
              boolean overdue = !j.overdueAt().isAfter(now);
              return switch (lane) {
                case OVERDUE -> overdue;
                case REALTIME -> j.priority == Priority.REALTIME;
                case STANDARD -> !overdue && j.priority == Priority.STANDARD;
                case BATCH -> !overdue && j.priority == Priority.BATCH;
              };
            })
        .min(
            lane == Lane.OVERDUE
                ? Comparator.comparing(ModelJob::overdueAt).thenComparing(j -> j.id)
                : Comparator.comparingDouble((ModelJob j) -> j.tag).thenComparing(j -> j.id));
  }

  private Held begin(ModelJob job, int node, int replica, Instant now) {
    job.status = VideoStatus.IN_PROGRESS;
    job.attempts++;
    job.fence++;
    job.events++;
    job.live = new ModelAttempt(job, node, replica, now.plus(LEASE));
    served.merge(job.priority, job.tag, Math::max);
    return new Held(job.live, job.fence);
  }

  boolean heartbeat(Held held, Progress progress, Instant now) {
    if (!held.current()) {
      return false;
    }
    held.attempt().until = now.plus(LEASE);
    if (!progress.equals(held.attempt().progress)) {
      held.attempt().progress = progress;
      held.attempt().job.events++;
    }
    return true;
  }

  boolean end(Held held, VideoStatus status, Instant availableAt) {
    if (!held.current()) {
      return false;
    }
    end(held.attempt().job, status);
    held.attempt().job.availableAt = availableAt;
    return true;
  }

  static void end(ModelJob job, VideoStatus status) {
    job.live = null;
    job.status = status;
    job.events++;
  }

  Optional<Held> adopt(Held held, int replica, Instant now) {
    ModelAttempt attempt = held.attempt();
    if (!held.current() || (attempt.until.isAfter(now) && attempt.replica != replica)) {
      return Optional.empty();
    }
    attempt.replica = replica;
    attempt.until = now.plus(LEASE);
    attempt.job.fence++;
    return Optional.of(new Held(attempt, attempt.job.fence));
  }
}
