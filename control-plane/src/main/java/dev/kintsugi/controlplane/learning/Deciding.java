package dev.kintsugi.controlplane.learning;

import dev.kintsugi.core.learning.RuleStage;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/**
 * Which of several rules decides of a prompt: one alone, so that what it lets through is a sample
 * of all that it decides of, whatever other rules say.
 */
final class Deciding {

  static final Comparator<StoredRule> FIRST =
      Comparator.comparing((StoredRule rule) -> rule.state().stage() != RuleStage.ENFORCED)
          .thenComparingLong(StoredRule::id);

  private Deciding() {}

  static boolean acts(StoredRule rule) {
    return rule.state().stage() == RuleStage.CANARY || rule.state().stage() == RuleStage.ENFORCED;
  }

  /** Of rules that act. */
  static Optional<StoredRule> of(Collection<StoredRule> acting, Set<String> features) {
    return acting.stream().filter(rule -> rule.matches(features)).min(FIRST);
  }
}
