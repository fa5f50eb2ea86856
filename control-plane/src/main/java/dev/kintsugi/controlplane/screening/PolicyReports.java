package dev.kintsugi.controlplane.screening;

import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.learning.Interceptions;
import dev.kintsugi.controlplane.learning.LearnedRules;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.policies.StoredPolicy;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence.Rule;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import dev.kintsugi.protocol.screening.PromptRule;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What policies have come to. */
@Singleton
class PolicyReports {

  /** Today and the days before. */
  private static final int DAYS = 30;

  private static final int MOST_RULES = 50;

  private static final List<String> GRAVEST_FIRST =
      List.of("enforced", "canary", "shadow", "candidate");

  private final PromptPolicies policies;
  private final FleetRegistry fleet;
  private final PromptCountStore counts;
  private final LearnedRules learned;
  private final Interceptions interceptions;
  private final Clock clock;

  PolicyReports(
      PromptPolicies policies,
      FleetRegistry fleet,
      PromptCountStore counts,
      LearnedRules learned,
      Interceptions interceptions,
      Clock clock) {
    this.policies = policies;
    this.fleet = fleet;
    this.counts = counts;
    this.learned = learned;
    this.interceptions = interceptions;
    this.clock = clock;
  }

  PromptPolicyEvidence of(StoredPolicy policy) {
    Predicate<String> governed = service -> policies.governs(policy, service);
    Instant now = clock.instant();
    LocalDate from = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(DAYS - 1L);
    PromptCountStore.Sums sums = counts.since(from, governed);
    List<PromptRule> rules = learned.views(governed);
    return new PromptPolicyEvidence(
        policy.pushed().uid(),
        policy.pushed().generation(),
        policies.before(policy).orElse(null),
        fleet.services().stream().map(RegisteredService::key).filter(governed).toList(),
        DAYS,
        sums.verdicts(),
        sums.reasons(),
        rules.stream().collect(Collectors.groupingBy(PromptRule::stage, Collectors.counting())),
        rules.stream()
            .sorted(
                Comparator.comparing((PromptRule rule) -> GRAVEST_FIRST.indexOf(rule.stage()))
                    .thenComparing(Comparator.comparing(PromptRule::stopped).reversed()))
            .limit(MOST_RULES)
            .map(rule -> rule(rule, policy))
            .toList(),
        Interceptions.view(interceptions.of(governed, now.minus(Duration.ofDays(DAYS)))));
  }

  private static Rule rule(PromptRule rule, StoredPolicy policy) {
    String name =
        policy.pushed().rules().stream()
            .filter(written -> Set.copyOf(written.features()).equals(Set.copyOf(rule.features())))
            .map(PromptPolicyState.Rule::name)
            .findFirst()
            .orElseGet(() -> String.join(" & ", rule.features()));
    return new Rule(
        rule.id(),
        name,
        rule.service(),
        rule.origin(),
        rule.stage(),
        rule.pinned(),
        rule.stopped(),
        rule.matched(),
        rule.failed(),
        rule.outlook());
  }
}
