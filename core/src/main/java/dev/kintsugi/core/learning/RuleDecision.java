package dev.kintsugi.core.learning;

/** What becomes of a rule. */
public sealed interface RuleDecision {

  /** One sentence with the numbers. */
  String reason();

  record Stay(String reason) implements RuleDecision {}

  /**
   * @param state nothing was seen in the new stage yet
   */
  record Move(RuleState state, String reason) implements RuleDecision {}
}
