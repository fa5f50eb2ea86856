package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.RuleLifecycle;
import dev.kintsugi.protocol.screening.PromptRule;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rules as operators are shown them. */
final class RuleViews {

  private static final String PREFIX = "rule_";

  private RuleViews() {}

  static String id(long rule) {
    return PREFIX + rule;
  }

  static OptionalLong parse(String id) {
    String digits = id.startsWith(PREFIX) ? id.substring(PREFIX.length()) : "";
    return digits.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }

  /**
   * @param topic that it is about; null for none, or one that is forgotten
   * @param changes null in lists
   */
  static PromptRule of(
      StoredRule rule,
      @Nullable StoredTopic topic,
      @Nullable List<StoredRule.Change> changes,
      LifecyclePolicy policy,
      Instant now) {
    StoredRule.Found found = rule.found();
    return new PromptRule(
        id(rule.id()),
        "prompt_rule",
        rule.service(),
        rule.features(),
        rule.origin(),
        rule.policy(),
        rule.state().stage().wireName(),
        rule.state().since().toString(),
        rule.state().pinned(),
        rule.state().matched(),
        rule.state().failed(),
        rule.stopped(),
        rule.createdAt().toString(),
        rule.lastSeen().toString(),
        RuleLifecycle.decide(rule.state(), rule.lastSeen(), policy, now).reason(),
        found == null
            ? null
            : new PromptRule.Found(
                found.failed(),
                found.matched(),
                found.lift(),
                found.leastPrecision(),
                found.falseDiscovery()),
        topic == null
            ? null
            : new PromptRule.Topic(
                topic.words().words(), topic.words().prompts(), topic.topic().centre().model()),
        changes == null
            ? null
            : changes.stream()
                .map(
                    change ->
                        new PromptRule.Change(
                            change.at().toString(),
                            change.actor(),
                            change.from(),
                            change.to(),
                            change.pinned(),
                            change.reason()))
                .toList());
  }
}
