package dev.kintsugi.node.attempts;

import dev.kintsugi.core.node.AttemptAdmission;
import dev.kintsugi.core.node.AttemptAdmission.Decision;
import dev.kintsugi.core.node.AttemptAdmission.Reason;
import dev.kintsugi.core.node.AttemptAdmission.Situation;
import dev.kintsugi.core.node.CheckpointMatch.Run;
import dev.kintsugi.core.node.ExpertChoice;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.attempts.Submission.Conflict;
import dev.kintsugi.node.attempts.Submission.Known;
import dev.kintsugi.node.attempts.Submission.Refused;
import dev.kintsugi.node.attempts.Submission.Started;
import dev.kintsugi.node.checkpoints.CheckpointException;
import dev.kintsugi.node.checkpoints.CheckpointFile;
import dev.kintsugi.node.checkpoints.CheckpointSettings;
import dev.kintsugi.node.checkpoints.CheckpointStore;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.Expert;
import dev.kintsugi.node.engine.ExpertWeights;
import dev.kintsugi.node.engine.RunOptions;
import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The attempts of this node: the only door to them. Thread-safe. */
@Singleton
public final class AttemptService {
  /** Attempts whose model forward runs at once. */
  public static final int SLOTS = 1;

  private static final Logger LOG = LoggerFactory.getLogger(AttemptService.class);

  private final ModelHost host;
  private final WorkDirectoryHolder work;
  private final AttemptWorker worker;
  private final StepTimes stepTimes;
  private final ExpertWeights weights;
  private final CheckpointStore checkpoints;
  private final CheckpointSettings settings;
  private final AttemptFaults faults;
  private final Clock clock;
  private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();
  private volatile boolean draining;
  private volatile @Nullable Attempt inEngine;

  AttemptService(
      ModelHost host,
      WorkDirectoryHolder work,
      AttemptWorker worker,
      StepTimes stepTimes,
      ExpertWeights weights,
      CheckpointStore checkpoints,
      CheckpointSettings settings,
      AttemptFaults faults,
      Clock clock) {
    this.host = host;
    this.work = work;
    this.worker = worker;
    this.stepTimes = stepTimes;
    this.weights = weights;
    this.checkpoints = checkpoints;
    this.settings = settings;
    this.faults = faults;
    this.clock = clock;
  }

  /** Takes an attempt, or says why not; sending the same one again is safe. */
  public synchronized Submission submit(AttemptJob job) {
    String id = job.request().id();
    Attempt known = attempts.get(id);
    if (known != null) {
      return known.job().request().equals(job.request()) ? new Known(known) : new Conflict(id);
    }
    return switch (AttemptAdmission.decide(situation(job.maxBytes()))) {
      case Decision.Refuse refuse -> new Refused(refuse);
      case Decision.Admit() -> choose(job);
    };
  }

  public Optional<Attempt> find(String id) {
    return Optional.ofNullable(attempts.get(id));
  }

  public Collection<Attempt> all() {
    return List.copyOf(attempts.values());
  }

  /** Ids of attempts that have not ended. */
  public List<String> running() {
    return attempts.values().stream().filter(a -> !a.terminal()).map(Attempt::id).sorted().toList();
  }

  /** Slots that a new attempt could take now. */
  public int freeSlots() {
    return AttemptAdmission.decide(situation(0)) instanceof Decision.Admit ? SLOTS : 0;
  }

  /** Stops an attempt at its next step; one that has ended stays as it is. */
  public Optional<Attempt> cancel(String id) {
    Optional<Attempt> attempt = find(id);
    attempt.ifPresent(
        a -> {
          a.requestCancel();
          if (a.status().phase() == AttemptPhase.QUEUED) {
            worker.cancelled(a);
          }
        });
    return attempt;
  }

  /** The attempt that occupies the device, even if it has ended already. */
  public Optional<Attempt> inEngine() {
    return Optional.ofNullable(inEngine);
  }

  /**
   * Ends an attempt that a watcher gives up. Its thread cannot be interrupted inside native code:
   * the slot stays taken until it comes back, which it does at its next step, if ever.
   *
   * @param xid NVIDIA's number, for a fault of the GPU
   * @return false when it had ended before
   */
  public boolean giveUp(
      Attempt attempt, FailureClass failure, String message, @Nullable Integer xid) {
    attempt.requestCancel();
    return worker.fail(attempt, failure, message, List.of(), xid);
  }

  /**
   * Encodes the frames of an attempt again that failed of that; asking twice is safe.
   *
   * @return whether there is, was or will be a video; empty when the attempt is not known
   */
  public Optional<Boolean> encodeAgain(String id) {
    return find(id)
        .map(
            attempt ->
                switch (attempt.reopen()) {
                  case NOT_NEEDED -> true;
                  case IMPOSSIBLE -> false;
                  case OPENED -> {
                    worker.encodeAgain(attempt);
                    yield true;
                  }
                });
  }

  /** Forgets an ended attempt and its files; false when it is not known or has not ended. */
  public synchronized boolean delete(String id) {
    Attempt attempt = attempts.get(id);
    if (attempt == null || !attempt.terminal()) {
      return false;
    }
    attempts.remove(id);
    // A thread that is stuck in it would go on writing into a directory that is gone.
    attempt.holders().whenFree(() -> work.get().ifPresent(w -> w.remove(id)));
    return true;
  }

  /** From now on no attempt is taken; running ones finish. */
  public synchronized void drain() {
    if (!draining) {
      draining = true;
      LOG.info("draining: no new attempt is taken");
    }
  }

  public boolean draining() {
    return draining;
  }

  /** Ends every running attempt so that the control plane gives its job to another node at once. */
  void handBack() {
    for (Attempt attempt : all()) {
      if (!attempt.terminal()) {
        attempt.requestCancel();
        worker.fail(
            attempt,
            FailureClass.NODE_LOST,
            "the node is stopping and handed the attempt back",
            List.of());
      }
    }
  }

  /** Bytes the attempt on the device may still write. */
  long bytesToCome(WorkDirectory directory) {
    return inEngine()
        .map(a -> Math.max(0, a.job().maxBytes() - directory.bytes(a.id())))
        .orElse(0L);
  }

  /** Completed attempts whose result nobody has taken yet. */
  int unfetched(Duration settle) {
    return (int)
        attempts.values().stream().filter(a -> a.unfetched(clock.instant(), settle)).count();
  }

  private Submission choose(AttemptJob job) {
    Optional<Warm> chosen = host.model(job.request().model());
    if (chosen.isEmpty()) {
      return new Refused(new Decision.Refuse(Reason.NOT_WARM, Duration.ofSeconds(2)));
    }
    Warm warm = chosen.get();
    List<String> experts = warm.card().experts();
    AttemptOptions asked = Objects.requireNonNullElse(job.request().run(), AttemptOptions.NONE);
    ExpertChoice.Situation situation =
        new ExpertChoice.Situation(
            experts,
            experts.stream().collect(Collectors.toMap(e -> e, weights::weight)),
            asked.avoidExpert());
    return switch (ExpertChoice.decide(situation)) {
      case ExpertChoice.Decision.NoExpert none -> new Submission.NoExpert(none);
      case ExpertChoice.Decision.Run run -> resume(job, warm, asked, instead(run.instead()));
    };
  }

  private Submission resume(
      AttemptJob job, Warm warm, AttemptOptions asked, Map<Expert, Expert> instead) {
    String from = asked.resumeFrom();
    Run run = CheckpointFile.run(warm.card().name(), warm.card().digest(), job.generation());
    Integer every = asked.checkpointEvery();
    int interval = every == null ? settings.every() : every;
    try {
      DenoiseState state = from == null ? null : checkpoints.resume(from, run);
      return start(job, warm, new RunOptions(instead, state, interval));
    } catch (CheckpointException e) {
      return new Submission.NotResumable(String.valueOf(e.getMessage()));
    }
  }

  private static Map<Expert, Expert> instead(Map<String, String> names) {
    Map<Expert, Expert> experts = new EnumMap<>(Expert.class);
    names.forEach((out, by) -> experts.put(Expert.named(out), Expert.named(by)));
    return experts;
  }

  private Submission start(AttemptJob job, Warm warm, RunOptions options) {
    String id = job.request().id();
    Attempt attempt;
    try {
      attempt = new Attempt(job, warm.card(), work.require().create(id), clock.instant());
      faults.directoryMade(attempt);
    } catch (MediaException e) {
      LOG.atError().addKeyValue("attempt", id).log("refused an attempt: {}", e.getMessage());
      return new Refused(new Decision.Refuse(Reason.DISK_FULL, Duration.ofSeconds(30)));
    }
    attempts.put(id, attempt);
    attempt.holders().hold();
    inEngine = attempt;
    host.execute(
        () -> {
          try {
            if (host.model(warm.card().name()).filter(warm::equals).isPresent()) {
              worker.generate(attempt, warm.model(), options);
            } else {
              worker.fail(
                  attempt, FailureClass.NODE_LOST, "its model was unloaded meanwhile", List.of());
            }
          } catch (RuntimeException | Error e) {
            worker.fail(attempt, FailureClass.INTERNAL, "the engine failed: " + e, List.of());
            throw e;
          } finally {
            inEngine = null;
            worker.release(attempt);
          }
        });
    return new Started(attempt);
  }

  private Situation situation(long neededBytes) {
    Attempt busy = inEngine;
    return new Situation(
        host.warm().isPresent() && work.get().isPresent(),
        draining,
        SLOTS,
        busy == null ? 0 : 1,
        work.get().map(WorkDirectory::freeBytes).orElse(0L),
        neededBytes,
        busy == null ? Duration.ZERO : remaining(busy));
  }

  private Duration remaining(Attempt attempt) {
    AttemptStatus status = attempt.status();
    double step = stepTimes.median(attempt.job().shape());
    return Duration.ofMillis((long) ((status.steps() - status.step()) * step * 1e3));
  }
}
