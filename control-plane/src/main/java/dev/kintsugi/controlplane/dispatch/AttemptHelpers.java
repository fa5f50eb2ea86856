package dev.kintsugi.controlplane.dispatch;

import dev.kintsugi.controlplane.fleet.FleetNode;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.JobLog;
import dev.kintsugi.core.recovery.Plan;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for one attempt beside watching it, each on a thread of its own: following the node,
 * fetching checkpoints and files, encoding again. They know nothing of the attempt's state and only
 * say what happened. Called by the thread that owns the attempt.
 */
final class AttemptHelpers {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptHelpers.class);

  private final Claim claim;
  private final FleetNode node;
  private final AttemptTools tools;
  private final Consumer<AttemptSignal> out;
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable Thread fetching;
  private int checkpointStep;

  private interface Work {
    void run() throws InterruptedException;
  }

  AttemptHelpers(Claim claim, FleetNode node, AttemptTools tools, Consumer<AttemptSignal> out) {
    this.claim = claim;
    this.node = node;
    this.tools = tools;
    this.out = out;
  }

  void stop() {
    threads.forEach(Thread::interrupt);
  }

  /** Sends the attempt, unless it is at the node already, and repeats what the node says. */
  void follow(Plan plan, boolean adopted) {
    NodeFollower follower = new NodeFollower(tools.nodes(), node.address(), out);
    start(
        "follow-",
        () -> {
          if (adopted) {
            follower.follow(claim.attemptId());
            return;
          }
          NodeSight sight = tools.roster().sight(node.nodeId());
          String model = AttemptDetails.modelOf(sight, claim.job(), plan);
          follower.startAndFollow(
              handed(AttemptDetails.request(claim, plan, model), plan.resume()),
              tools.policy().times().slotPatience());
        });
  }

  /** Gives the node the checkpoint first; without it the attempt begins anew. */
  private AttemptRequest handed(AttemptRequest request, Plan.@Nullable Checkpoint checkpoint)
      throws InterruptedException {
    if (checkpoint == null) {
      return request;
    }
    Optional<String> problem = tools.checkpoints().hand(node.address(), checkpoint);
    problem.ifPresent(why -> out.accept(new AttemptSignal.Anew(why)));
    return problem.isEmpty() ? request : AttemptDetails.anew(request);
  }

  /**
   * The frames are there: another try at the encoder costs no denoising.
   *
   * @param after sequence of the status that told of the failure
   */
  void encodeAgain(long after, AttemptStatus.AttemptError first) {
    NodeFollower again = new NodeFollower(tools.nodes(), node.address(), out);
    start(
        "encode-",
        () -> {
          try {
            tools.nodes().encode(node.address(), claim.attemptId());
            again.followAfter(claim.attemptId(), after);
          } catch (NodeException e) {
            out.accept(
                new AttemptSignal.Rejected(
                    first.code(),
                    "%s; not encoded again: %s".formatted(first.message(), e.getMessage())));
          }
        });
  }

  /** One at a time; a newer one comes with a later step. */
  void keep(AttemptStatus.Checkpoint checkpoint, Plan plan) {
    boolean busy = fetching != null && fetching.isAlive();
    if (checkpoint.step() <= checkpointStep || busy) {
      return;
    }
    checkpointStep = checkpoint.step();
    String digest = AttemptDetails.digest(tools.roster().sight(node.nodeId()), plan);
    fetching =
        start(
            "checkpoint-",
            () -> tools.checkpoints().fetch(claim, node.address(), checkpoint, digest));
  }

  /** Fetches every file of a finished attempt, then tells its result. */
  void collect(AttemptStatus status, List<AttemptStatus.Artifact> files, AttemptDetails.Made made) {
    start(
        "collect-",
        () -> {
          Optional<String> problem =
              tools
                  .collector()
                  .collect(
                      node.address(),
                      claim.attemptId(),
                      files,
                      tools.policy().times().storePatience());
          if (problem.isPresent()) {
            out.accept(new AttemptSignal.NotStored(problem.get()));
            return;
          }
          var before = tools.queue().await(queue -> queue.attempts(claim.job().id()));
          out.accept(
              new AttemptSignal.Stored(
                  AttemptDetails.result(
                      claim, status, made.after(before), tools.policy().retention())));
        });
  }

  /** Who is stopped while it waits for a connection is told so by the connection pool. */
  private static void ended(RuntimeException how) {
    if (!Thread.currentThread().isInterrupted()) {
      throw how;
    }
    LOG.debug("Stopped in the middle of its work", how);
  }

  private Thread start(String name, Work work) {
    Thread thread =
        Thread.ofVirtual()
            .name(name + claim.attemptId())
            .start(
                () -> {
                  try (JobLog fields = JobLog.of(claim.job(), claim.attempt())) {
                    work.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } catch (RuntimeException e) {
                    ended(e);
                  }
                });
    threads.add(thread);
    return thread;
  }
}
