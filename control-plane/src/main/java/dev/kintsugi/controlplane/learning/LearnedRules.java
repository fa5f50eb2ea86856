package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.core.learning.LifecyclePolicy;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.PromptFeatures.Submission;
import dev.kintsugi.core.learning.RuleLifecycle;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.screening.PromptTraits.Fragment;
import dev.kintsugi.core.screening.Reason;
import dev.kintsugi.core.screening.Rule;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What rules say of a submission, from memory: a submission never waits for them. */
@Singleton
@Requires(notEnv = "command")
public final class LearnedRules {

  private static final Logger LOG = LoggerFactory.getLogger(LearnedRules.class);

  private final RuleStore store;
  private final LifecyclePolicy policy;
  private final Clock clock;
  private final Counter stopped;
  private volatile List<StoredRule> all = List.of();
  private volatile Map<String, List<StoredRule>> acting = Map.of();

  LearnedRules(RuleStore store, LearningSettings settings, Clock clock, Meters meters) {
    this.store = store;
    this.policy = settings.lifecycle();
    this.clock = clock;
    this.stopped = meters.counter(MetricCatalogue.PROMPT_INTERCEPTIONS);
    meters.gauge(
        MetricCatalogue.PROMPT_RULES,
        callback -> {
          for (RuleStage stage : RuleStage.values()) {
            callback.call(
                all.stream().filter(rule -> rule.state().stage() == stage).count(),
                stage.wireName());
          }
        });
  }

  /**
   * A rule that stops a submission.
   *
   * @param reason for the customer
   */
  public record Stop(long rule, Reason reason) {}

  /**
   * @param draw 0..1 for each rule that applies, fresh: rules in trial stop only a share
   */
  public Optional<Stop> stops(String service, Submission submission, DoubleSupplier draw) {
    List<StoredRule> rules = acting.getOrDefault(service, List.of());
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    Set<String> features = PromptFeatures.of(submission);
    return rules.stream()
        .filter(rule -> rule.matches(features))
        .filter(rule -> RuleLifecycle.stops(rule.state(), draw.getAsDouble(), policy))
        .findFirst()
        .map(rule -> new Stop(rule.id(), reason(rule, submission.prompt())));
  }

  /** It was stopped. */
  public void count(Stop stop) {
    stopped.inc();
    store.stopped(stop.rule(), clock.instant());
  }

  @Scheduled(initialDelay = "1s", fixedDelay = "${kintsugi.learning.refresh-every:1s}")
  void refresh() {
    try {
      all = store.list(null);
      acting =
          all.stream()
              .filter(rule -> acts(rule.state().stage()))
              .collect(Collectors.groupingBy(StoredRule::service));
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Rules are as they were: {}", away.getMessage());
    }
  }

  private static boolean acts(RuleStage stage) {
    return stage == RuleStage.CANARY || stage == RuleStage.ENFORCED;
  }

  private static Reason reason(StoredRule rule, String prompt) {
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
        "Videos with %s fail on this service%s. Change one of these."
            .formatted(rule.name(), evidence));
  }

  private static String cut(String prompt, Fragment at) {
    return prompt.substring(
        prompt.offsetByCodePoints(0, at.start()), prompt.offsetByCodePoints(0, at.end()));
  }
}
