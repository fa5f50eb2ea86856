package dev.kintsugi.controlplane.learning;

import dev.kintsugi.core.learning.FeatureText;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.core.learning.TopicName;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A rule as it is kept.
 *
 * @param features sorted
 * @param policy that has it, {@code namespace/name}; null for none
 * @param entry of that policy that it was last set by; null with it
 * @param found what it was found by; null for one that a person wrote
 * @param lastSeen newest prompt of it, stopped or not; when it was made if none
 * @param stopped prompts it kept from a GPU
 */
record StoredRule(
    long id,
    String service,
    List<String> features,
    @Nullable String policy,
    @Nullable String entry,
    @Nullable Found found,
    Instant createdAt,
    RuleState state,
    Instant lastSeen,
    long stopped) {

  StoredRule {
    features = List.copyOf(features);
  }

  /** Figures of mining. */
  record Found(
      int failed, int matched, double lift, double leastPrecision, double falseDiscovery) {}

  /**
   * One step of its life.
   *
   * @param actor name of an operator's key, {@link #LEARNING} or {@link #POLICY}
   * @param from stage before; null for its beginning
   */
  record Change(
      Instant at, String actor, @Nullable String from, String to, boolean pinned, String reason) {

    static final String LEARNING = "learning";
    static final String POLICY = "policy";
  }

  /** Who made it, or whoever has it now. */
  String origin() {
    return policy != null ? "policy" : found == null ? "manual" : "mined";
  }

  boolean matches(Set<String> of) {
    return of.containsAll(features);
  }

  /** Its features as people read them. */
  String name() {
    return String.join(" & ", features);
  }

  /**
   * What a customer is told that videos fail with. A topic's words are those of its prompts,
   * whoever sent them: a customer reads only those that are its own, too.
   *
   * @param own features of the customer's prompt
   */
  String told(Set<String> own) {
    String with =
        features.stream()
            .filter(feature -> !TopicName.is(feature))
            .map(FeatureText::of)
            .collect(Collectors.joining(" and "));
    String about =
        features.stream()
            .flatMap(feature -> TopicName.parse(feature).stream())
            .map(topic -> like(topic, own))
            .findFirst()
            .orElse("");
    return ((with.isEmpty() ? "" : "with " + with) + " " + about).strip();
  }

  private static String like(TopicName topic, Set<String> own) {
    String words =
        topic.words().stream()
            .filter(word -> own.contains("word:" + word) || own.contains("han:" + word))
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "of prompts like this one" : "of prompts like \"%s\"".formatted(words);
  }

  /** Features of rules that are topics. */
  static Set<String> topics(Collection<StoredRule> rules) {
    return rules.stream()
        .flatMap(rule -> rule.features().stream())
        .filter(TopicName::is)
        .collect(Collectors.toSet());
  }

  StoredRule with(RuleState next, Instant seen) {
    return new StoredRule(
        id,
        service,
        features,
        policy,
        entry,
        found,
        createdAt,
        next,
        seen.isAfter(lastSeen) ? seen : lastSeen,
        stopped);
  }
}
