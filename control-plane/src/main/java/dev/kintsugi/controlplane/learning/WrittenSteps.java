package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done so that rules are as policies write them.
 *
 * <p>An entry is applied when it is new or its stage or pin changes, and never again: what evidence
 * or a person made of the rule since then stays. So a veto holds until the entry is changed.
 */
final class WrittenSteps {

  private WrittenSteps() {}

  /**
   * A rule as a policy writes it for one service.
   *
   * @param policy {@code namespace/name}
   * @param features sorted
   * @param note why; empty for none
   */
  record Entry(
      String policy,
      String name,
      String service,
      List<String> features,
      RuleStage stage,
      boolean pinned,
      String note) {

    static Entry of(String policy, String service, PromptPolicyState.Rule rule) {
      return new Entry(
          policy,
          rule.name(),
          service,
          List.copyOf(new TreeSet<>(rule.features())),
          RuleStage.fromWire(rule.stage()).orElseThrow(),
          rule.pinned(),
          rule.note() == null ? "" : rule.note());
    }

    /** What the rule is set by. */
    String text() {
      return stage.wireName() + (pinned ? " pinned" : "");
    }

    private String reason() {
      return "Rule '%s' of policy %s.%s".formatted(name, policy, note.isEmpty() ? "" : " " + note);
    }
  }

  /**
   * One rule set or let go.
   *
   * @param rule as it is; null for a new one
   * @param entry it is set by; null when no policy has it any more
   */
  record Step(@Nullable StoredRule rule, @Nullable Entry entry) {

    String service() {
      return entry != null ? entry.service() : rule == null ? "" : rule.service();
    }

    List<String> features() {
      return entry != null ? entry.features() : rule == null ? List.of() : rule.features();
    }

    String reason() {
      return entry != null
          ? entry.reason()
          : "Policy %s does not have it any more.".formatted(rule == null ? "" : rule.policy());
    }

    RuleState next(Instant now) {
      RuleState before = rule == null ? null : rule.state();
      RuleStage stage = entry == null ? RuleStage.RETIRED : entry.stage();
      boolean pinned = entry != null && entry.pinned();
      if (before == null || before.stage() != stage) {
        return new RuleState(stage, now, pinned, 0, 0, 0);
      }
      // A veto outlives the entry it was against.
      boolean kept = entry == null ? before.pinned() : pinned;
      return new RuleState(
          stage, before.since(), kept, before.matched(), before.failed(), before.doubt());
    }

    Change change(Instant now) {
      RuleState next = next(now);
      return new Change(
          now,
          Change.POLICY,
          rule == null ? null : rule.state().stage().wireName(),
          next.stage().wireName(),
          next.pinned(),
          reason());
    }
  }

  private record Key(String service, List<String> features) {}

  /** Empty when everything is as it is wanted. */
  static List<Step> of(List<Entry> wanted, List<StoredRule> rules) {
    Map<Key, StoredRule> known = new LinkedHashMap<>();
    rules.forEach(rule -> known.put(new Key(rule.service(), rule.features()), rule));
    List<Step> steps = new ArrayList<>();
    for (Entry entry : wanted) {
      StoredRule rule = known.remove(new Key(entry.service(), entry.features()));
      if (rule == null
          || !entry.policy().equals(rule.policy())
          || !entry.text().equals(rule.entry())) {
        steps.add(new Step(rule, entry));
      }
    }
    known.values().stream()
        .filter(rule -> rule.policy() != null)
        .forEach(rule -> steps.add(new Step(rule, null)));
    return steps;
  }
}
