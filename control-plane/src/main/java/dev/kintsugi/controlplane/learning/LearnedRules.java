package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.learning.RuleLifecycle;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.TopicName;
import dev.kintsugi.core.screening.PromptTraits.Fragment;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.screening.PromptRule;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What rules say of a submission, from memory: a submission never waits for them. */
@Singleton
@Requires(notEnv = "command")
public final class LearnedRules {

  private static final Logger LOG = LoggerFactory.getLogger(LearnedRules.class);

  private final RuleStore store;
  private final Promotions promotions;
  private final Stops stops;
  private final PromptTopics topics;
  private final Clock clock;
  private final Counter stopped;
  private volatile List<StoredRule> all = List.of();
  private volatile Map<String, Acting> acting = Map.of();

  LearnedRules(
      RuleStore store,
      Promotions promotions,
      Stops stops,
      PromptTopics topics,
      Clock clock,
      Meters meters) {
    this.store = store;
    this.promotions = promotions;
    this.stops = stops;
    this.topics = topics;
    this.clock = clock;
    this.stopped = meters.counter(AdmissionCatalogue.PROMPT_INTERCEPTIONS);
    meters.gauge(
        AdmissionCatalogue.PROMPT_RULES,
        callback -> {
          for (RuleStage stage : RuleStage.values()) {
            callback.call(
                all.stream().filter(rule -> rule.state().stage() == stage).count(),
                stage.wireName());
          }
        });
  }

  /**
   * Rules of a service that act.
   *
   * @param topics that they ask for
   */
  private record Acting(List<StoredRule> rules, Collection<StoredTopic> topics) {
    static final Acting NONE = new Acting(List.of(), List.of());
  }

  /**
   * A rule that stops a submission.
   *
   * @param reason for the customer
   */
  public static final class Stop {
    private final StoredRule rule;
    private final Reason reason;

    private Stop(StoredRule rule, Reason reason) {
      this.rule = rule;
      this.reason = reason;
    }

    public Reason reason() {
      return reason;
    }

    /** Emoji in a row that the rule asks for; empty where it asks for none. */
    public OptionalInt emojiRun() {
      return PromptFeatures.emojiRun(rule.features());
    }
  }

  /**
   * Asks the one rule that decides of a submission.
   *
   * @param tenant that asks, whose prompt has the same answer all day while the rule is in one
   *     stage; null in a dry run, where rules that stop only a share stop nothing
   */
  public Optional<Stop> stops(String service, Submission submission, @Nullable String tenant) {
    return deciding(service, submission)
        .filter(
            found ->
                RuleLifecycle.stops(
                    found.rule().state(),
                    draw(found.rule(), submission, tenant),
                    promotions.lifecycle(service)))
        .map(found -> new Stop(found.rule(), reason(found, submission.prompt())));
  }

  /** Whether some rule may stop a submission, be it one of several. */
  public boolean mayStop(String service, Submission submission) {
    return deciding(service, submission).isPresent();
  }

  /**
   * The one rule that decides of a submission.
   *
   * @param features of the submission
   */
  private record Found(StoredRule rule, Set<String> features) {}

  private Optional<Found> deciding(String service, Submission submission) {
    Acting rules = acting.getOrDefault(service, Acting.NONE);
    if (rules.rules().isEmpty()) {
      return Optional.empty();
    }
    Set<String> features = PromptFeatures.of(submission);
    if (!rules.topics().isEmpty()) {
      topics
          .direction(submission.prompt())
          .ifPresent(
              direction -> features.addAll(PromptTopics.about(rules.topics(), service, direction)));
    }
    return Deciding.of(rules.rules(), features).map(rule -> new Found(rule, features));
  }

  private double draw(StoredRule rule, Submission submission, @Nullable String tenant) {
    return tenant == null
        ? 1
        : OnePrompt.draw(
            rule.id(),
            rule.state().since(),
            LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC),
            tenant,
            submission.prompt());
  }

  /** It was stopped; does not wait for the database. */
  public void count(Stop stop) {
    stopped.inc();
    stops.add(stop.rule);
  }

  /**
   * Rules that are not retired, as operators are shown them.
   *
   * @param services by {@code namespace/name}
   */
  public List<PromptRule> views(Predicate<String> services) {
    Instant now = clock.instant();
    return all.stream()
        .filter(rule -> rule.state().stage() != RuleStage.RETIRED)
        .filter(rule -> services.test(rule.service()))
        .map(rule -> RuleViews.of(rule, null, null, promotions.lifecycle(rule.service()), now))
        .toList();
  }

  /** One at a time: what was read earlier must not take the place of what was read later. */
  @Scheduled(initialDelay = "1s", fixedDelay = "${kintsugi.learning.refresh-every:1s}")
  synchronized void refresh() {
    try {
      all = store.all();
      acting =
          all.stream()
              .filter(Deciding::acts)
              .collect(
                  Collectors.groupingBy(
                      StoredRule::service,
                      Collectors.collectingAndThen(Collectors.toList(), this::acting)));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Rules are as they were: {}", away.getMessage());
    }
  }

  private Acting acting(List<StoredRule> rules) {
    return new Acting(rules, topics.among(StoredRule.topics(rules)).values());
  }

  private static Reason reason(Found deciding, String prompt) {
    StoredRule rule = deciding.rule();
    Optional<Fragment> place = PromptFeatures.place(prompt, Set.copyOf(rule.features()));
    String evidence =
        rule.found() == null
            ? ""
            : " (%d of %d did)".formatted(rule.found().failed(), rule.found().matched());
    return new Reason(
        Rule.LEARNED_RULE,
        place.map(Fragment::start).orElse(0),
        place.map(Fragment::end).orElseGet(() -> prompt.codePointCount(0, prompt.length())),
        place.map(at -> cut(prompt, at)).orElse(prompt),
        "Videos %s fail on this service%s. %s."
            .formatted(
                rule.told(deciding.features()),
                evidence,
                rule.features().stream().allMatch(TopicName::is)
                    ? "Ask for something else"
                    : "Change one of these"));
  }

  private static String cut(String prompt, Fragment at) {
    return prompt.substring(
        prompt.offsetByCodePoints(0, at.start()), prompt.offsetByCodePoints(0, at.end()));
  }
}
