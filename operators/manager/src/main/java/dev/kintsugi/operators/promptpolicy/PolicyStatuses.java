package dev.kintsugi.operators.promptpolicy;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.operators.crds.PromptPolicy;
import dev.kintsugi.operators.crds.PromptPolicyStatus;
import dev.kintsugi.operators.crds.PromptPolicyStatus.Interception;
import dev.kintsugi.operators.crds.PromptPolicyStatus.Rule;
import dev.kintsugi.operators.crds.StatusCondition;
import dev.kintsugi.protocol.fleet.PromptPolicyEvidence;
import dev.kintsugi.protocol.screening.PromptInterception;
import dev.kintsugi.protocol.screening.PromptInterception.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Evidence as the status of the resource. Pure. */
final class PolicyStatuses {

  static final String ACCEPTED = "Accepted";
  static final String READY = "Ready";

  private static final String UNKNOWN = "Unknown";

  private static final int MOST_RULES = 30;
  private static final int PERCENT = 100;

  private PolicyStatuses() {}

  /**
   * @param sync how the push went
   * @param evidence null unless synced
   */
  static PromptPolicyStatus status(
      PromptPolicy resource, FleetSync sync, @Nullable PromptPolicyEvidence evidence, Instant now) {
    var before = resource.getStatus();
    long generation = resource.getMetadata().getGeneration();
    List<StatusCondition> old = before == null ? List.of() : before.conditions();
    List<StatusCondition> conditions =
        List.of(
            condition(ACCEPTED, accepted(sync, evidence), generation, old, now),
            condition(READY, ready(sync, evidence), generation, old, now));
    String target = Objects.requireNonNullElse(resource.getSpec().service(), "*");
    if (evidence == null && before != null) {
      return kept(before, generation, conditions);
    }
    if (evidence == null || evidence.takenBy() != null) {
      return new PromptPolicyStatus(
          generation,
          target,
          List.of(),
          null,
          null,
          Map.of(),
          Map.of(),
          null,
          List.of(),
          conditions);
    }
    return new PromptPolicyStatus(
        generation,
        target,
        evidence.services(),
        evidence.days(),
        evidence.stages().getOrDefault("enforced", 0L),
        evidence.verdicts(),
        evidence.reasons(),
        interception(evidence.interception()),
        evidence.rules().stream().limit(MOST_RULES).map(PolicyStatuses::rule).toList(),
        conditions);
  }

  /** What was last taken stays in force, so what was last told stays to be seen. */
  private static PromptPolicyStatus kept(
      PromptPolicyStatus before, long generation, List<StatusCondition> conditions) {
    return new PromptPolicyStatus(
        generation,
        before.target(),
        before.services(),
        before.days(),
        before.enforced(),
        before.verdicts(),
        before.reasons(),
        before.interception(),
        before.rules(),
        conditions);
  }

  /** The condition Accepted where its reason changed, as something to tell; empty otherwise. */
  static Optional<StatusCondition> turned(
      @Nullable PromptPolicyStatus before, PromptPolicyStatus after) {
    return accepted(after)
        .filter(
            now ->
                before == null
                    || accepted(before).filter(was -> was.reason().equals(now.reason())).isEmpty());
  }

  private static Optional<StatusCondition> accepted(PromptPolicyStatus status) {
    return status.conditions().stream().filter(c -> c.type().equals(ACCEPTED)).findFirst();
  }

  private record Word(String status, String reason, String message) {}

  private static StatusCondition condition(
      String type, Word word, long generation, List<StatusCondition> before, Instant now) {
    StatusCondition condition = dated(type, word, generation, before, now);
    if (!word.status().equals(UNKNOWN)) {
      return condition;
    }
    String since =
        "%s. Unknown since %s; what the status tells besides, if anything, is from before."
            .formatted(word.message(), condition.lastTransitionTime());
    return dated(type, new Word(UNKNOWN, word.reason(), since), generation, before, now);
  }

  private static StatusCondition dated(
      String type, Word word, long generation, List<StatusCondition> before, Instant now) {
    return StatusCondition.now(
        type, word.status(), word.reason(), word.message(), generation, before, now);
  }

  private static Word accepted(FleetSync sync, @Nullable PromptPolicyEvidence evidence) {
    if (evidence != null && evidence.takenBy() != null) {
      return new Word(
          "False",
          "TargetTaken",
          "PromptPolicy %s is for the same and older; only that one is in force."
              .formatted(evidence.takenBy()));
    }
    return switch (sync.status()) {
      case SYNCED -> new Word("True", "Accepted", "The control plane screens by it.");
      case REFUSED ->
          new Word(
              "False",
              "Refused",
              sync.detail()
                  + " What was taken before, if anything, stays in force, and the status tells of it.");
      case UNAUTHORIZED -> new Word(UNKNOWN, "ControlPlaneUnauthorized", sync.detail());
      case NOT_PUSHED, UNREACHABLE -> new Word(UNKNOWN, "ControlPlaneUnreachable", sync.detail());
    };
  }

  private static Word ready(FleetSync sync, @Nullable PromptPolicyEvidence evidence) {
    if (evidence == null) {
      return sync.status() == FleetSync.Status.REFUSED
          ? new Word("False", "NotAccepted", sync.detail())
          : new Word(UNKNOWN, "ControlPlaneUnreachable", sync.detail());
    }
    if (evidence.takenBy() != null) {
      return new Word("False", "NotAccepted", "Another policy is in force.");
    }
    return evidence.services().isEmpty()
        ? new Word("False", "NoService", "The control plane knows no service that it is for.")
        : new Word("True", "InForce", "It governs %s.".formatted(named(evidence.services())));
  }

  private static String named(List<String> services) {
    return services.size() <= 5
        ? String.join(", ", services)
        : "%s and %d more"
            .formatted(String.join(", ", services.subList(0, 4)), services.size() - 4);
  }

  private static Interception interception(PromptInterception of) {
    Interval rate = of.rate();
    Interval good = of.falsePositives();
    return new Interception(
        percent(rate, Interval::value),
        percent(rate, Interval::low),
        percent(rate, Interval::high),
        percent(good, Interval::value),
        percent(good, Interval::low),
        percent(good, Interval::high),
        of.stopped(),
        of.failed());
  }

  private static Rule rule(PromptPolicyEvidence.Rule rule) {
    return new Rule(
        rule.id(),
        rule.name(),
        rule.service(),
        rule.origin(),
        rule.stage(),
        rule.stopped(),
        rule.matched(),
        rule.failed(),
        rule.outlook());
  }

  private static @Nullable String percent(
      @Nullable Interval share, ToDoubleFunction<Interval> part) {
    return share == null
        ? null
        : BigDecimal.valueOf(part.applyAsDouble(share) * PERCENT)
                .setScale(2, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString()
            + "%";
  }
}
