package dev.kintsugi.core.service;

/** What a look at a rollout came to. */
public sealed interface RolloutDecision {

  RolloutState state();

  RolloutReason reason();

  /** With the numbers that decided. */
  String message();

  /** Nothing to remember; the reason says what it waits for. */
  record Stay(RolloutState state, RolloutReason reason, String message)
      implements RolloutDecision {}

  /** The state must be remembered before anything is done on it. */
  record Move(RolloutState state, RolloutReason reason, String message)
      implements RolloutDecision {}
}
