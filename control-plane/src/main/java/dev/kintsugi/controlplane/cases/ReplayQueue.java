package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where replays wait: in the job queue, under names that no service has, one for each set of
 * weights. So they never compete with customers' jobs, and only a node with the right weights can
 * be asked to take one.
 */
@Singleton
public class ReplayQueue {

  private static final Logger LOG = LoggerFactory.getLogger(ReplayQueue.class);
  private static final String PREFIX = "replay:";
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int MOST_OPEN = 1_000;

  private static final String SHADOW = "shadow of ";

  private final ReplayStore store;
  private final List<ReplaySource> others;
  private final Clock clock;
  private @Nullable Instant seenAt;
  private Set<String> open = Set.of();

  ReplayQueue(ReplayStore store, List<ReplaySource> others, Clock clock) {
    this.store = store;
    this.others = others;
    this.clock = clock;
  }

  /** The replays of one database. */
  public static ReplayQueue of(Transactions transactions, Clock clock) {
    return new ReplayQueue(new ReplayStore(transactions), List.of(), clock);
  }

  /** True for the job of a replay: one attempt, and whatever comes of it is its answer. */
  public static boolean isReplay(Job job) {
    return isReplay(job.service());
  }

  /**
   * @param service the queue's name of a job's service
   */
  public static boolean isReplay(String service) {
    return service.startsWith(PREFIX);
  }

  /** How the attempt of a replay's job is run; empty for every other job. */
  public Optional<ReplayRun> run(Job job) {
    return isReplay(job)
        ? Optional.of(store.run(job.id()).orElse(ReplayRun.AS_ASKED))
        : Optional.empty();
  }

  /**
   * Where replays of customers' videos wait for a revision that is compared with another.
   *
   * @param service {@code namespace/name}
   */
  public static String shadow(String service, String revision) {
    return name(service, SHADOW + revision);
  }

  /** True for the job of a replay that belongs to no case. */
  boolean withoutCase(String jobId) {
    return others.stream().anyMatch(source -> source.owns(jobId));
  }

  /** The names under which replays wait that this node can run. */
  public List<String> waitingFor(FleetNode node, @Nullable NodeStatus status) {
    Set<String> waiting = open();
    return waiting.isEmpty()
        ? List.of()
        : names(node, status).stream().filter(waiting::contains).toList();
  }

  static String name(String service, String weights) {
    return PREFIX + service + "@" + weights;
  }

  /** A node takes what ran with its weights, and what ran on its revision with unknown weights. */
  private static List<String> names(FleetNode node, @Nullable NodeStatus status) {
    List<String> names = new ArrayList<>(List.of(name(node.service(), node.revision())));
    names.add(shadow(node.service(), node.revision()));
    if (status != null) {
      names.add(name(node.service(), status.digest()));
      if (status.liteModel() != null) {
        names.add(name(node.service(), status.liteModel().digest()));
      }
    }
    return names;
  }

  /**
   * A second old at most, so that idle slots do not ask the database each time; older while the
   * database is away, when nothing can be claimed anyway.
   */
  private synchronized Set<String> open() {
    Instant now = clock.instant();
    if (seenAt == null || !now.isBefore(seenAt.plus(FRESH))) {
      try {
        open =
            Stream.concat(
                    store.open(MOST_OPEN).stream().map(ReplayStore.Replay::queueKey),
                    others.stream().flatMap(source -> source.waiting().stream()))
                .collect(Collectors.toSet());
      } catch (DatabaseUnavailableException away) {
        LOG.debug("Replays wait for the database: {}", away.getMessage());
      }
      seenAt = now;
    }
    return open;
  }
}
