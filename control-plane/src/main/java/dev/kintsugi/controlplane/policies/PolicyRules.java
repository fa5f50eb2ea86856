package dev.kintsugi.controlplane.policies;

import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.TopicName;
import dev.kintsugi.core.screening.Lexicon;
import dev.kintsugi.core.screening.Threshold;
import dev.kintsugi.protocol.fleet.PromptPolicyState;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Promotion;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Rule;
import dev.kintsugi.protocol.fleet.PromptPolicyState.Terms;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a policy must satisfy. Reports every problem at once, each naming its field. */
final class PolicyRules {

  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_NOTE = 1_000;
  private static final int MOST_RULES = 100;
  private static final long LONGEST_SECONDS = 30 * 24 * 3600;
  private static final int MOST_FEATURES = 3;
  private static final int MOST_CATEGORIES = 20;
  private static final int MOST_TERMS = 200;
  private static final Set<String> STAGES = Set.of("shadow", "canary", "enforced");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private final List<String> problems = new ArrayList<>();
  private final Predicate<String> topics;

  private PolicyRules(Predicate<String> topics) {
    this.topics = topics;
  }

  /**
   * Empty when the policy may be put in force.
   *
   * @param topics whether the policy's service has one of that feature
   */
  static List<String> problems(
      String namespace, String name, PromptPolicyState pushed, Predicate<String> topics) {
    PolicyRules rules = new PolicyRules(topics);
    rules.require(LABEL.matcher(namespace).matches(), "namespace: must be a DNS label");
    rules.require(SUBDOMAIN.matcher(name).matches(), "name: must be a DNS subdomain");
    rules.check(pushed);
    return List.copyOf(rules.problems);
  }

  private void check(PromptPolicyState pushed) {
    require(text(pushed.uid(), LONGEST_NAME), "uid: must be 1 to 253 characters");
    require(pushed.generation() >= 1, "generation: must be at least 1");
    require(instant(pushed.createdAt()), "created_at: must be an RFC 3339 instant");
    require(
        pushed.service() == null || LABEL.matcher(pushed.service()).matches(),
        "service: must be a DNS label");
    new TreeMap<>(pushed.thresholds()).forEach(this::checkThreshold);
    checkRules(pushed.rules());
    checkTerms(pushed.terms());
    Promotion promotion = pushed.promotion();
    within(promotion.leastPrecision(), 0.2, 0.95, "promotion.leastPrecision");
    within(promotion.canaryShare(), 0.05, 0.95, "promotion.canaryShare");
    within(promotion.exploreShare(), 0.01, 0.5, "promotion.exploreShare");
    Long decide = pushed.decideWithinSeconds();
    require(
        decide == null || (decide >= 1 && decide <= LONGEST_SECONDS),
        "review.decideWithin: must be 1s to 720h, but is %ss".formatted(decide));
  }

  private void checkThreshold(String name, Integer value) {
    Optional<Threshold> known = Threshold.fromWire(name);
    String field = "thresholds." + name;
    require(known.isPresent(), field + ": there is no such threshold");
    known.ifPresent(
        threshold ->
            require(
                value >= threshold.least() && value <= threshold.most(),
                "%s: must be %d to %d, but is %d"
                    .formatted(field, threshold.least(), threshold.most(), value)));
  }

  private void checkRules(List<Rule> rules) {
    require(rules.size() <= MOST_RULES, "rules: must be at most " + MOST_RULES);
    Map<String, Integer> names = new HashMap<>();
    Map<Set<String>, Integer> features = new HashMap<>();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      String field = "rules[%d]".formatted(i);
      require(
          rule.name() != null && LABEL.matcher(rule.name()).matches(),
          field + ".name: must be a DNS label");
      require(
          rule.stage() != null && STAGES.contains(rule.stage()),
          field + ".stage: must be shadow, canary or enforced");
      require(
          rule.note() == null || rule.note().length() <= LONGEST_NOTE,
          field + ".note: must have at most 1000 characters");
      checkFeatures(field + ".features", rule.features());
      unique(names.putIfAbsent(String.valueOf(rule.name()), i), field + ".name");
      unique(features.putIfAbsent(Set.copyOf(rule.features()), i), field + ".features");
    }
  }

  private void checkFeatures(String field, List<String> features) {
    require(
        !features.isEmpty() && features.size() <= MOST_FEATURES, field + ": must be one to three");
    features.stream()
        .filter(feature -> !TopicName.is(feature) && !PromptFeatures.known(feature))
        .forEach(
            unknown ->
                problems.add(
                    "%s: '%s' is no feature that is looked for".formatted(field, unknown)));
    features.stream()
        .filter(feature -> TopicName.is(feature) && !topics.test(feature))
        .forEach(
            unknown ->
                problems.add(
                    "%s: '%s' is no topic of the service that the policy names"
                        .formatted(field, unknown)));
  }

  private void unique(@Nullable Integer before, String field) {
    require(before == null, "%s: the same as that of rules[%s]".formatted(field, before));
  }

  private void checkTerms(Terms terms) {
    require(
        terms.categories().size() <= MOST_CATEGORIES,
        "lexicon.terms: must have at most " + MOST_CATEGORIES + " categories");
    new TreeMap<>(terms.categories())
        .forEach(
            (category, listed) -> {
              require(
                  LABEL.matcher(category).matches(),
                  "lexicon.terms: category '%s' must be a DNS label".formatted(category));
              checkList("lexicon.terms." + category, listed);
            });
    checkList("lexicon.exceptions", terms.exceptions());
  }

  private void checkList(String field, List<String> listed) {
    require(listed.size() <= MOST_TERMS, field + ": must have at most " + MOST_TERMS + " terms");
    listed.stream()
        .filter(term -> Lexicon.term(term).isEmpty())
        .forEach(term -> problems.add("%s: %s: '%s'".formatted(field, Lexicon.TERM_RULE, term)));
  }

  private void within(@Nullable Double value, double least, double most, String field) {
    require(
        value == null || (value >= least && value <= most),
        "%s: must be %s to %s, but is %s".formatted(field, least, most, value));
  }

  private static boolean instant(@Nullable String text) {
    try {
      return text != null && Instant.parse(text) != null;
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  private static boolean text(@Nullable String value, int longest) {
    return value != null && !value.isBlank() && value.length() <= longest;
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
