package dev.kintsugi.core.service;

/** What became of a person's wish. */
public sealed interface VerbDecision {

  RolloutReason reason();

  String message();

  /** The rollout moves. */
  record Move(RolloutState state, RolloutReason reason, String message) implements VerbDecision {}

  /** Another rollout to the same revision begins. */
  record Retry(RolloutReason reason, String message) implements VerbDecision {}

  /** The service's spec is set back to what it was before the rollout. */
  record Undo(RolloutReason reason, String message) implements VerbDecision {}

  /** Nothing is done, because it makes no sense. */
  record Refuse(RolloutReason reason, String message) implements VerbDecision {}
}
