package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.learning.StoredRule.Found;
import dev.kintsugi.core.learning.MinedRule;
import dev.kintsugi.core.learning.Miner;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.core.learning.SampleSet;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for rules in what was learnt. */
@Singleton
@Requires(notEnv = "command")
class Mining {

  private static final Logger LOG = LoggerFactory.getLogger(Mining.class);

  private final SampleStore samples;
  private final RuleStore rules;
  private final LearningSettings settings;
  private final Promotions promotions;
  private final Clock clock;

  Mining(
      SampleStore samples,
      RuleStore rules,
      LearningSettings settings,
      Promotions promotions,
      Clock clock) {
    this.samples = samples;
    this.rules = rules;
    this.settings = settings;
    this.promotions = promotions;
    this.clock = clock;
  }

  @Scheduled(initialDelay = "1m", fixedDelay = "1m")
  void mine() {
    try {
      for (String service : samples.services()) {
        if (samples.mayMine(service, clock.instant(), settings.mineEvery())) {
          List<StoredRule> found = mine(service);
          LOG.debug("{} rules were found for {}", found.size(), service);
        }
      }
    } catch (DatabaseUnavailableException away) {
      LOG.debug("Nothing is mined now: {}", away.getMessage());
    }
  }

  /** Rules that are new, or true again. */
  List<StoredRule> mine(String service) {
    Instant now = clock.instant();
    List<StoredRule> known = rules.list(service);
    List<StoredRule> found = new ArrayList<>();
    for (MinedRule mined :
        Miner.mine(
            samples.newest(service, Instant.EPOCH, settings.samples()),
            promotions.mining(service))) {
      List<String> features = List.copyOf(mined.features());
      Optional<StoredRule> same =
          known.stream().filter(rule -> rule.features().equals(features)).findFirst();
      Change begin = change(now, null, sentence(mined));
      if (same.isPresent()) {
        again(same.get(), now).ifPresent(found::add);
      } else {
        rules
            .add(
                service, features, figures(mined), RuleState.begin(RuleStage.CANDIDATE, now), begin)
            .ifPresent(found::add);
      }
    }
    return found;
  }

  /** A rule that was retired is tried again only on failures since then. */
  private Optional<StoredRule> again(StoredRule rule, Instant now) {
    if (rule.state().stage() != RuleStage.RETIRED || rule.state().pinned()) {
      return Optional.empty();
    }
    SampleSet since = samples.newest(rule.service(), rule.state().since(), settings.samples());
    List<MinedRule> still = Miner.mine(since, promotions.mining(rule.service()));
    return still.stream()
        .filter(mined -> List.copyOf(mined.features()).equals(rule.features()))
        .findFirst()
        .flatMap(
            mined -> {
              RuleState state = RuleState.begin(RuleStage.CANDIDATE, now);
              Change why =
                  change(now, RuleStage.RETIRED.wireName(), "True again. " + sentence(mined));
              return rules.move(rule, state, why)
                  ? Optional.of(rule.with(state, now))
                  : Optional.empty();
            });
  }

  private static Change change(Instant now, @Nullable String from, String reason) {
    return new Change(now, Change.LEARNING, from, RuleStage.CANDIDATE.wireName(), false, reason);
  }

  private static Found figures(MinedRule mined) {
    return new Found(
        mined.failed(),
        mined.matched(),
        mined.lift(),
        mined.leastPrecision(),
        mined.falseDiscovery());
  }

  private static String sentence(MinedRule mined) {
    return String.format(
        Locale.ROOT,
        "%d of %d jobs with it failed by their input, %.1f times as many as of all.",
        mined.failed(),
        mined.matched(),
        mined.lift());
  }
}
