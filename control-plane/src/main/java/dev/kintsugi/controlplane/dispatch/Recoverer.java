package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.cases.ReplayQueue;
import dev.kintsugi.controlplane.cases.ReplayRun;
import dev.kintsugi.controlplane.dispatch.AttemptEnding.Failed;
import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.queue.Attempt;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.NextStep;
import dev.kintsugi.controlplane.queue.SavedCheckpoint;
import dev.kintsugi.controlplane.recovery.Answers;
import dev.kintsugi.controlplane.recovery.NodeTallies;
import dev.kintsugi.controlplane.recovery.RecoveryMetrics;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.core.recovery.Attribution;
import dev.kintsugi.core.recovery.NodeFacts;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.core.recovery.Prediction;
import dev.kintsugi.core.recovery.Recovery;
import dev.kintsugi.core.recovery.RecoveryDecision;
import dev.kintsugi.core.recovery.RecoveryPolicy;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.core.recovery.Situation;
import dev.kintsugi.core.recovery.Tried;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.error.ErrorCode;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the decision tree what becomes of a job, and makes the answer where no node does. */
@Singleton
class Recoverer {

  private static final Logger LOG = LoggerFactory.getLogger(Recoverer.class);

  private final PatientQueue queue;
  private final NodeRoster roster;
  private final Situations situations;
  private final NodeTallies tallies;
  private final Answers answers;
  private final ReplayQueue replays;
  private final RecoveryMetrics metrics;
  private final DispatchPolicy policy;

  Recoverer(
      PatientQueue queue,
      NodeRoster roster,
      Situations situations,
      NodeTallies tallies,
      Answers answers,
      ReplayQueue replays,
      RecoveryMetrics metrics,
      DispatchPolicy policy) {
    this.queue = queue;
    this.roster = roster;
    this.situations = situations;
    this.tallies = tallies;
    this.answers = answers;
    this.replays = replays;
    this.metrics = metrics;
    this.policy = policy;
  }

  /**
   * What was decided of a job, and what the queue is told.
   *
   * @param ran what the failed attempt was; as asked where there was none
   */
  record Step(RecoveryDecision decision, NextStep next, Attribution blame, Plan ran) {}

  /** What an attempt that was just claimed does. */
  sealed interface Start {

    record Go(Plan plan) implements Start {}

    /** It does not begin: nothing a node could make would be done in time. */
    record End(Step step) implements Start {}
  }

  /** An attempt made its clip. */
  void succeeded(Claim claim, Instant now) {
    tallies.ended(place(claim.job(), claim.attempt()), task(claim.job()), true, now);
  }

  /** What becomes of a job whose live attempt just failed. */
  Step failed(Job job, Attempt attempt, Failed failure, Instant now) throws InterruptedException {
    List<Attempt> attempts = queue.await(q -> q.attempts(job.id()));
    List<Tried> tried = new ArrayList<>(Situations.tried(job, attempts));
    Plan ran = Situations.plan(job, ran(attempts, attempt));
    tried.add(
        new Tried(
            ran,
            Situations.cause(failure.kind().name()),
            attempt.nodeId(),
            failure.expert(),
            failure.step(),
            Situations.seconds(attempt.startedAt(), now)));
    NodeTallies.Place place = place(job, attempt);
    Attribution blame = Attribution.decide(tried, tallies.around(place, task(job))).attribution();
    tallies.ended(place, task(job), false, now);
    Situations.Known known = known(job, tried, blame, now);
    Situation in = situations.of(known, node -> roster.usableAgain(node, now));
    String last = History.of(attempt, failure.kind().name(), failure.message());
    RecoveryPolicy bounds =
        ReplayQueue.isReplay(job) ? policy.recovery().once() : policy.recovery();
    RecoveryDecision decision = Recovery.decide(in, bounds, now);
    return step(job, decision, blame, ran, History.of(attempts, last), now);
  }

  /** What the attempt really was: the plan may have changed after the claim. */
  private static @Nullable Plan ran(List<Attempt> attempts, Attempt attempt) {
    return attempts.stream()
        .filter(stored -> stored.id().equals(attempt.id()))
        .findFirst()
        .orElse(attempt)
        .plan();
  }

  /** The plan that was kept with the job, unless it would not be done in time on this node. */
  Start start(Claim claim, FleetNode node, Instant now) throws InterruptedException {
    Job job = claim.job();
    Optional<ReplayRun> replay = replays.run(job);
    if (replay.isPresent()) {
      return new Start.Go(as(replay.get(), Plan.asAsked(Situations.asked(job))));
    }
    Plan plan = Situations.plan(job, job.plan());
    Optional<NodeFacts> facts = situations.facts(node, true);
    Instant latest = latestEnd(job);
    if (facts.isEmpty() || Prediction.fits(plan, facts.get(), latest, now)) {
      return new Start.Go(plan);
    }
    List<Attempt> attempts = queue.await(q -> q.attempts(job.id()));
    List<Tried> tried = Situations.tried(job, attempts);
    Attribution blame =
        tried.isEmpty()
            ? null
            : Attribution.decide(tried, Attribution.Surroundings.UNKNOWN).attribution();
    RecoveryDecision decision =
        Recovery.decide(situations.at(known(job, tried, blame, now), node), policy.recovery(), now);
    if (decision instanceof RecoveryDecision.Retry retry) {
      metrics.decided(decision);
      return new Start.Go(retry.plan());
    }
    Attribution none = blame == null ? Attribution.NODE : blame;
    return new Start.End(step(job, decision, none, plan, History.of(attempts, null), now));
  }

  /** A replay runs as the attempt ran that failed, from its first step. */
  private static Plan as(ReplayRun run, Plan asked) {
    return new Plan(
        asked.rung(),
        asked.size(),
        asked.frames(),
        asked.steps(),
        asked.seed(),
        run.lite(),
        run.still(),
        run.avoidExpert(),
        null);
  }

  /** What becomes of a job that waits and has no time left. */
  Step late(Job job, Instant now) throws InterruptedException {
    List<Attempt> attempts = queue.await(q -> q.attempts(job.id()));
    List<Tried> tried = Situations.tried(job, attempts);
    RecoveryDecision decision =
        Recovery.decide(
            situations.of(
                known(job, tried, tried.isEmpty() ? null : Attribution.NODE, now), node -> false),
            policy.recovery(),
            now);
    return step(
        job,
        decision,
        Attribution.NODE,
        Situations.plan(job, job.plan()),
        History.of(attempts, null),
        now);
  }

  /** When an attempt of the job must have ended. */
  Instant latestEnd(Job job) {
    return Recovery.latestEnd(job.deadline(), situations.ladder(job), policy.recovery());
  }

  /** The job's service answers by itself when its time is over. */
  boolean answersInTime(Job job) {
    return latestEnd(job).isBefore(job.deadline());
  }

  private Situations.Known known(
      Job job, List<Tried> tried, @Nullable Attribution blame, Instant now)
      throws InterruptedException {
    SavedCheckpoint saved = queue.await(q -> q.checkpoint(job.id())).orElse(null);
    Job current = queue.await(q -> q.find(job.id())).orElse(job);
    return new Situations.Known(current, tried, blame, saved, earlier(job, now).isPresent());
  }

  private Optional<Job> earlier(Job job, Instant now) throws InterruptedException {
    if (!situations.ladder(job).contains(Rung.CACHED_RESULT)) {
      return Optional.empty();
    }
    return queue
        .await(q -> q.reusable(job.tenant(), job.service(), Answers.reusable(job), now))
        .filter(answers::kept);
  }

  private Step step(
      Job job, RecoveryDecision decision, Attribution blame, Plan ran, String history, Instant now)
      throws InterruptedException {
    metrics.decided(decision);
    NextStep next =
        switch (decision) {
          case RecoveryDecision.Retry retry ->
              new NextStep.Again(
                  retry.plan(), retry.notBefore(), retry.avoid(), retry.avoidUntil());
          case RecoveryDecision.Answer answer -> answer(job, answer, history, now);
          case RecoveryDecision.Stop stop -> giveUp(stop.reason(), history);
        };
    return new Step(decision, next, blame, ran);
  }

  private NextStep answer(Job job, RecoveryDecision.Answer answer, String history, Instant now)
      throws InterruptedException {
    String told = History.because(answer.reason()) + history;
    Duration retention = policy.retention();
    if (answer.rung() == Rung.CACHED_RESULT) {
      Optional<Job> earlier = earlier(job, now);
      if (earlier.isPresent()) {
        return new NextStep.Answer(answers.again(job, earlier.get(), told, retention));
      }
    }
    try {
      return new NextStep.Answer(answers.placeholder(job, answer.reason(), told, retention));
    } catch (IOException e) {
      LOG.error("{} gets no placeholder", job.id(), e);
      return giveUp(answer.reason(), history);
    }
  }

  private static NextStep giveUp(RecoveryDecision.Reason reason, String history) {
    ErrorCode code =
        switch (reason) {
          case DEADLINE_PASSED, LITTLE_TIME -> ErrorCode.DEADLINE_EXCEEDED;
          case CANCELLED -> ErrorCode.CANCELLED;
          default -> ErrorCode.GENERATION_FAILED;
        };
    return new NextStep.GiveUp(code, History.because(reason) + history);
  }

  /** One decision as a log line tells it. */
  static String told(RecoveryDecision decision) {
    RecoveryDecision.Numbers n = decision.numbers();
    String what =
        switch (decision) {
          case RecoveryDecision.Retry retry -> "again: " + retry.plan().rung().wireName();
          case RecoveryDecision.Answer answer -> "answered: " + answer.rung().wireName();
          case RecoveryDecision.Stop stop -> "given up";
        };
    return "%s (%s; %d failures, %d losses, %.1f of %.1f GPU s, %.1f s predicted, %.1f s left; not %s)"
        .formatted(
            what,
            decision.reason(),
            n.failures(),
            n.losses(),
            n.gpuSeconds(),
            n.gpuBudget(),
            n.predicted(),
            n.secondsLeft(),
            n.skipped());
  }

  private static NodeTallies.Place place(Job job, Attempt attempt) {
    return new NodeTallies.Place(job.service(), attempt.revision(), attempt.nodeId());
  }

  private static NodeTallies.Task task(Job job) {
    return new NodeTallies.Task(
        job.id(), Sha256.hex(job.tenant() + "\n" + job.parameters().prompt().strip()));
  }
}
