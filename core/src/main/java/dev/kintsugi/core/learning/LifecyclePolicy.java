package dev.kintsugi.core.learning;

import java.time.Duration;

/**
 * When rules move on.
 *
 * @param alpha highest probability that a rule is ever moved up though it is less precise than
 *     {@code leastPrecision}, or ever back though it is not; and that a precise one is doubted in
 *     any 1/alpha of its prompts
 * @param leastPrecision share of a rule's prompts that must fail, 0..1
 * @param falsePrecision a rule that is true no more has so small a share, below leastPrecision
 * @param canaryShare of its prompts that a canary stops, 0..1
 * @param exploreShare of its prompts that an enforced rule lets through, 0..1
 * @param unseen a rule without a prompt for so long is retired
 * @param manual a person moves rules out of the shadow, evidence does not
 */
public record LifecyclePolicy(
    double alpha,
    double leastPrecision,
    double falsePrecision,
    double canaryShare,
    double exploreShare,
    Duration unseen,
    boolean manual) {

  public static final LifecyclePolicy DEFAULT =
      new LifecyclePolicy(0.01, 0.5, 0.1, 0.5, 0.05, Duration.ofDays(30), false);
}
