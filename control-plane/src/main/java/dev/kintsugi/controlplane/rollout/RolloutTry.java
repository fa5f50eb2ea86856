package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.feedback.Feedback;
import dev.kintsugi.controlplane.queue.AttemptLedger;
import dev.kintsugi.core.rollout.VerdictPolicy;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One try of a rollout, kept up with the ledger. Not for use by several threads at once. */
final class RolloutTry {

  /**
   * What is read again each time. Attempts that last longer than a look apart are seen live first;
   * this is for shorter ones, whose ids another replica made by a clock that is behind.
   */
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  private final RolloutKey key;
  private final VerdictPolicy policy;
  private final AttemptReader reader;
  private final Instant startedAt;
  private final Trial trial;
  private Instant readUntil;
  private @Nullable Decision told;

  RolloutTry(RolloutKey key, ServiceState.Rollout rollout) {
    this.key = key;
    this.policy = policy(rollout);
    this.reader = new AttemptReader(rollout.stable(), rollout.canary());
    this.startedAt = Instant.parse(rollout.startedAt());
    this.trial = new Trial(reader, policy);
    this.readUntil = startedAt;
  }

  static VerdictPolicy policy(ServiceState.Rollout rollout) {
    return new VerdictPolicy(
        rollout.alpha(),
        rollout.beta(),
        rollout.smallestRegression(),
        rollout.smallestSlowdown(),
        Objects.requireNonNullElse(rollout.priceRatio(), VerdictPolicy.DEFAULT.priceRatio()));
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

  /** Whether this replica thinks otherwise than the last time it was asked. */
  boolean changes(Decision decision) {
    return told == null || !decision.repeats(told);
  }

  void tell(Decision decision) {
    told = decision;
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
