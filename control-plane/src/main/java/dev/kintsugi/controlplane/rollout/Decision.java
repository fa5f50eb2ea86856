package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import java.time.Instant;

/**
 * A verdict and what it was made with.
 *
 * @param at when this was first decided
 * @param stage where the rollout stood
 * @param evidence as the operator is told it
 */
record Decision(RolloutKey key, Instant at, Stage stage, RolloutEvidence evidence) {

  /**
   * Where a rollout stands.
   *
   * @param weight of the canary, in percent
   */
  record Stage(String stable, String canary, int step, int steps, boolean promoted, int weight) {}

  static final String ROLLBACK = "ROLLBACK";

  boolean rollback() {
    return evidence.verdict().equals(ROLLBACK);
  }

  /** Nothing that is worth a row of its own is different. */
  boolean repeats(Decision before) {
    return evidence.verdict().equals(before.evidence.verdict())
        && evidence.reason().equals(before.evidence.reason())
        && stage.equals(before.stage);
  }
}
