package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.queue.Submission;
import dev.kintsugi.controlplane.tenants.Tenants;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.NodeStatus;
import dev.kintsugi.protocol.video.Priority;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Starts replays: the failed attempt's work once more, on the same weights. */
@Singleton
final class Replays {

  private static final long MOST_WAITING = 100;
  private static final int DIGEST_SHOWN = 12;

  private final CaseReads reads;
  private final ReplayStore store;
  private final JobQueue queue;
  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final LedgerSettings settings;
  private final Clock clock;

  Replays(
      CaseReads reads,
      ReplayStore store,
      JobQueue queue,
      FleetRegistry fleet,
      NodeSights sights,
      LedgerSettings settings,
      Clock clock) {
    this.reads = reads;
    this.store = store;
    this.queue = queue;
    this.fleet = fleet;
    this.sights = sights;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Queues the work, or finds the replay of the case that is under way.
   *
   * @param by id of the operator's key
   * @throws ApiException {@code not_replayable} with what is missing
   */
  ReplayStore.Replay start(StoredCase row, String by) {
    Optional<ReplayStore.Replay> underWay =
        store.ofCase(row.id()).stream().filter(replay -> replay.verdict() == null).findFirst();
    if (underWay.isPresent()) {
      return underWay.get();
    }
    JobParameters asked =
        reads
            .input(row.jobId())
            .orElseThrow(
                () -> refused("the video was deleted, and with it what the customer asked for"));
    String queueKey = ReplayQueue.name(row.service(), weights(row));
    Map<String, String> details = CaseViews.named(row.details(), JsonNode::asText);
    Instant now = clock.instant();
    UUID id = Ids.next(now);
    NewJob job = job(row, queueKey, id, ReplayRun.parameters(asked, details), now);
    return switch (queue.submit(job, now)) {
      case Submission.Accepted(var accepted) -> {
        ReplayStore.Replay replay =
            new ReplayStore.Replay(
                id, row.id(), accepted.id(), queueKey, ReplayRun.of(details), by, now, null);
        store.insert(replay);
        yield replay;
      }
      case Submission.QueueFull full ->
          throw refused(MOST_WAITING + " replays wait for these weights already");
      case Submission.Replayed replayed -> throw new IllegalStateException("the id is new");
      case Submission.KeyReused reused -> throw new IllegalStateException("the id is new");
    };
  }

  private NewJob job(
      StoredCase row, String queueKey, UUID id, JobParameters parameters, Instant now) {
    String key = CaseIds.ofReplay(id);
    return new NewJob(
        Tenants.OPERATORS,
        queueKey,
        row.model(),
        Priority.BATCH,
        parameters,
        null,
        null,
        key,
        key,
        1,
        1,
        now.plus(settings.replayWithin()),
        MOST_WAITING,
        Ids.hex(id));
  }

  /** The weights that failed, if a node that may take work still has them. */
  private String weights(StoredCase row) {
    List<FleetNode> nodes =
        fleet.services().stream()
            .filter(service -> service.key().equals(row.service()))
            .map(RegisteredService::nodes)
            .flatMap(List::stream)
            .filter(node -> !node.draining())
            .toList();
    String wanted = row.digest().isEmpty() ? row.revision() : row.digest();
    boolean there =
        nodes.stream()
            .anyMatch(
                node ->
                    row.digest().isEmpty()
                        ? node.revision().equals(row.revision())
                        : has(node, row.digest()));
    if (!there) {
      String others =
          nodes.stream().map(this::shown).distinct().sorted().collect(Collectors.joining(", "));
      throw refused(
          "no node of '%s' has version %s (revision %s, weights %s) any more; there is %s"
              .formatted(
                  row.service(),
                  row.version(),
                  row.revision(),
                  shorten(row.digest()),
                  others.isEmpty() ? "none at all" : others));
    }
    return wanted;
  }

  private boolean has(FleetNode node, String digest) {
    NodeStatus status = sights.of(node.nodeId()).status();
    if (status == null) {
      return digest.equals(node.digest());
    }
    return digest.equals(status.digest())
        || (status.liteModel() != null && digest.equals(status.liteModel().digest()));
  }

  private String shown(FleetNode node) {
    NodeStatus status = sights.of(node.nodeId()).status();
    return status == null
        ? "revision " + node.revision()
        : "revision %s with weights %s".formatted(node.revision(), shorten(status.digest()));
  }

  private static String shorten(String digest) {
    return digest.isEmpty()
        ? "unknown"
        : digest.substring(0, Math.min(DIGEST_SHOWN, digest.length()));
  }

  private static ApiException refused(String why) {
    return ApiException.of(
        ErrorCode.NOT_REPLAYABLE, "The case cannot be replayed: " + why + ".", "case_id");
  }
}
