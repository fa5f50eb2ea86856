package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.AttemptLedger;
import dev.kintsugi.core.rollout.VerdictPolicy;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** One try of a rollout, kept up with the ledger. Not for use by several threads at once. */
final class RolloutTry {

  /**
   * What is read again each time: claims that were being committed, and the difference between the
   * clocks of replicas.
   */
  private static final Duration OVERLAP = Duration.ofSeconds(30);

  private final RolloutKey key;
  private final VerdictPolicy policy;
  private final AttemptReader reader;
  private final Instant startedAt;
  private final Trial trial;
  private Instant readUntil;

  RolloutTry(RolloutKey key, ServiceState.Rollout rollout) {
    this.key = key;
    this.policy = policy(rollout);
    this.reader = new AttemptReader(rollout.stable(), rollout.canary());
    this.startedAt = Instant.parse(rollout.startedAt());
    this.trial = new Trial(reader, policy);
    this.readUntil = startedAt;
  }

  static VerdictPolicy policy(ServiceState.Rollout rollout) {
    return new VerdictPolicy(rollout.alpha(), rollout.beta(), rollout.smallestRegression());
  }

  /** False when the state means another comparison under the same name. */
  boolean fits(ServiceState.Rollout rollout) {
    return policy.equals(policy(rollout))
        && reader.equals(new AttemptReader(rollout.stable(), rollout.canary()));
  }

  /** Takes in what happened since it was read last. */
  void read(AttemptLedger ledger, Feedback feedback, Instant now) {
    Instant from = readUntil.minus(OVERLAP);
    Instant since = from.isBefore(startedAt) ? startedAt : from;
    AttemptLedger.View view =
        ledger.read(
            new AttemptLedger.Question(
                key.service(),
                List.of(reader.stable(), reader.canary()),
                startedAt,
                since,
                Set.copyOf(trial.live().keySet())));
    trial.read(view.ended(), view.live());
    trial.rate(feedback.since(key.service(), since));
    readUntil = now.isBefore(startedAt) ? startedAt : now;
  }

  Trial trial() {
    return trial;
  }

  AttemptReader reader() {
    return reader;
  }

  Instant startedAt() {
    return startedAt;
  }
}
