package dev.kintsugi.controlplane.recovery;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.SavedCheckpoint;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.Cause;
import dev.kintsugi.core.recovery.NodeFacts;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.core.recovery.Situation;
import dev.kintsugi.core.recovery.Tried;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts together what a recovery decision rests on. */
@Singleton
public class Situations {

  private final FleetRegistry fleet;
  private final NodeSights sights;
  private final SecureRandom seeds = new SecureRandom();

  public Situations(FleetRegistry fleet, NodeSights sights) {
    this.fleet = fleet;
    this.sights = sights;
  }

  /**
   * What the queue knows of a job that is in trouble.
   *
   * @param tried its failed attempts, oldest first
   * @param cacheHit an earlier clip of the same prompt template can be delivered
   */
  public record Known(
      Job job,
      List<Tried> tried,
      @Nullable Attribution blame,
      @Nullable SavedCheckpoint saved,
      boolean cacheHit) {}

  /**
   * @param usable whether a node may get a job now
   */
  public Situation of(Known known, Predicate<FleetNode> usable) {
    Job job = known.job();
    List<NodeFacts> nodes =
        service(job).map(RegisteredService::nodes).orElseGet(List::of).stream()
            .flatMap(node -> facts(node, usable.test(node)).stream())
            .toList();
    return of(known, nodes);
  }

  /** As seen by the one node that is about to run the job. */
  public Situation at(Known known, FleetNode node) {
    return of(known, facts(node, true).stream().toList());
  }

  private Situation of(Known known, List<NodeFacts> nodes) {
    Job job = known.job();
    return new Situation(
        asked(job),
        known.tried(),
        known.blame(),
        saved(known),
        nodes,
        job.deadline(),
        ladder(job),
        known.cacheHit(),
        job.status().terminal(),
        seeds.nextInt(Integer.MAX_VALUE));
  }

  /**
   * The steps of the job's service; the full ladder while no fleet knows the service, and none for
   * a replay: what comes of its one attempt is its answer.
   */
  public List<Rung> ladder(Job job) {
    if (ReplayQueue.isReplay(job)) {
      return List.of();
    }
    return service(job).map(RegisteredService::ladder).orElse(Rung.LADDER);
  }

  private Optional<RegisteredService> service(Job job) {
    return fleet.services().stream().filter(s -> s.key().equals(job.service())).findFirst();
  }

  /** What the customer asked for. */
  public static Plan.Asked asked(Job job) {
    JobParameters p = job.parameters();
    return new Plan.Asked(new Size(p.width(), p.height()), p.numFrames(), p.steps(), p.seed());
  }

  /** The plan of an attempt, or of the job's next one. */
  public static Plan plan(Job job, @Nullable Plan kept) {
    return kept == null ? Plan.asAsked(asked(job)) : kept;
  }

  /** The ended attempts that failed. */
  public static List<Tried> tried(Job job, List<Attempt> attempts) {
    return attempts.stream()
        .filter(attempt -> !attempt.live() && !Attempt.COMPLETED.equals(attempt.outcome()))
        .map(
            attempt ->
                new Tried(
                    plan(job, attempt.plan()),
                    cause(String.valueOf(attempt.outcome())),
                    attempt.nodeId(),
                    attempt.expert(),
                    attempt.step(),
                    seconds(attempt.startedAt(), Objects.requireNonNull(attempt.endedAt()))))
        .toList();
  }

  public static double seconds(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toMillis() / 1000.0);
  }

  /** An outcome of a newer release is a failure all the same. */
  public static Cause cause(String outcome) {
    return Arrays.stream(Cause.values())
        .filter(cause -> cause.name().equals(outcome))
        .findFirst()
        .orElse(Cause.INTERNAL);
  }

  private static Situation.@Nullable Saved saved(Known known) {
    SavedCheckpoint saved = known.saved();
    return saved == null
        ? null
        : new Situation.Saved(
            new Plan.Checkpoint(saved.step(), saved.sha256(), saved.digest()),
            plan(known.job(), saved.run()));
  }

  /** The node as recovery sees it; empty while it never said what it is. */
  public Optional<NodeFacts> facts(FleetNode node, boolean usable) {
    NodeSight sight = sights.of(node.nodeId());
    NodeStatus status = sight.status();
    if (status == null) {
      return Optional.empty();
    }
    return Optional.of(
        new NodeFacts(
            node.nodeId(),
            usable,
            runsMain(status),
            status.digest() == null ? "" : status.digest(),
            status.stepSeconds() == null ? Map.of() : status.stepSeconds(),
            lite(status.liteModel()),
            sick(status)));
  }

  /** A model that is still being loaded reports no limits yet. */
  private static NodeFacts.@Nullable Lite lite(NodeStatus.@Nullable LiteModel lite) {
    if (lite == null || lite.limits() == null || lite.limits().maxFrames() < 1) {
      return null;
    }
    return new NodeFacts.Lite(
        new Size(lite.limits().maxWidth(), lite.limits().maxHeight()),
        lite.limits().maxFrames(),
        lite.limits().maxSteps(),
        lite.stepSeconds() == null ? Map.of() : lite.stepSeconds());
  }

  /** A node whose experts are all quarantined has nobody left to take their steps. */
  public static boolean runsMain(NodeStatus status) {
    return experts(status).isEmpty()
        || experts(status).stream().anyMatch(expert -> expert.weight() > 0);
  }

  private static Set<String> sick(NodeStatus status) {
    return experts(status).stream()
        .filter(expert -> expert.weight() == 0 || expert.abnormalInARow() > 0)
        .map(NodeStatus.ExpertStatus::name)
        .collect(Collectors.toSet());
  }

  /** Another engine behind an adapter may have no such thing. */
  private static List<NodeStatus.ExpertStatus> experts(NodeStatus status) {
    return status.experts() == null ? List.of() : status.experts();
  }
}
