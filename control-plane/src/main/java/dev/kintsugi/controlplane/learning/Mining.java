package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.controlplane.database.Transactions;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.learning.StoredRule.Found;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.MinedRule;
import dev.kintsugi.core.learning.Miner;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.core.learning.SampleSet;
import dev.kintsugi.core.learning.Topic;
import dev.kintsugi.core.learning.TopicWords;
import dev.kintsugi.core.learning.Topics;
import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final PromptTopics topics;
  private final Transactions transactions;
  private final LearningSettings settings;
  private final Promotions promotions;
  private final Clock clock;

  Mining(
      SampleStore samples,
      RuleStore rules,
      PromptTopics topics,
      Transactions transactions,
      LearningSettings settings,
      Promotions promotions,
      Clock clock) {
    this.samples = samples;
    this.rules = rules;
    this.topics = topics;
    this.transactions = transactions;
    this.settings = settings;
    this.promotions = promotions;
    this.clock = clock;
  }

  @Scheduled(
      initialDelay = "${kintsugi.learning.mine-look-every:1m}",
      fixedDelay = "${kintsugi.learning.mine-look-every:1m}")
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

  /**
   * One look at a service.
   *
   * @param kept topics that are kept already, by feature
   * @param named by fresh feature: of those that are kept now
   * @param mined what is found in jobs since a moment, however many rules ask
   */
  private record Look(
      String service,
      Topics.Seen seen,
      Map<String, Topic> kept,
      Map<String, String> named,
      Map<Since, List<MinedRule>> mined,
      Instant at) {

    Set<String> known() {
      Set<String> known = new HashSet<>(kept.keySet());
      known.addAll(named.values());
      return known;
    }

    Map<String, Topic> topics(boolean fresh) {
      Map<String, Topic> topics = new TreeMap<>(kept);
      if (fresh) {
        topics.putAll(seen.fresh());
      }
      return topics;
    }
  }

  /**
   * Which jobs are mined again.
   *
   * @param fresh with the topics that were found in this look, or only with those that are kept
   */
  private record Since(Instant then, boolean fresh) {}

  /** Rules that are new, or true again. */
  List<StoredRule> mine(String service) {
    Instant now = clock.instant();
    List<StoredRule> known = rules.list(service);
    Map<String, Topic> kept = kept(service);
    Topics.Seen seen = Topics.all(since(service, Instant.EPOCH, now), kept);
    Look look = new Look(service, seen, kept, new HashMap<>(), new HashMap<>(), now);
    List<StoredRule> found = new ArrayList<>();
    for (MinedRule mined : Miner.mine(seen.set(), promotions.mining(service))) {
      List<String> features = List.copyOf(mined.features());
      Optional<StoredRule> same =
          known.stream().filter(rule -> rule.features().equals(features)).findFirst();
      (same.isPresent()
              ? again(look, same.get())
              : unexplained(look, mined, known).flatMap(one -> add(look, one)))
          .ifPresent(found::add);
    }
    return found;
  }

  private Map<String, Topic> kept(String service) {
    Map<String, Topic> kept = new TreeMap<>();
    topics.of(service).forEach((feature, stored) -> kept.put(feature, stored.topic()));
    return kept;
  }

  /** What a broader rule explained until it was retired says nothing for a narrower one. */
  private Optional<MinedRule> unexplained(Look look, MinedRule mined, List<StoredRule> known) {
    Optional<Instant> retired =
        known.stream()
            .filter(rule -> rule.state().stage() == RuleStage.RETIRED && !rule.state().pinned())
            .filter(rule -> mined.features().containsAll(rule.features()))
            .map(rule -> rule.state().since())
            .max(Comparator.naturalOrder());
    return retired.isEmpty()
        ? Optional.of(mined)
        : found(look, List.copyOf(mined.features()), new Since(retired.get(), true));
  }

  private Optional<StoredRule> add(Look look, MinedRule mined) {
    Optional<String> fresh =
        mined.features().stream().filter(look.seen().fresh()::containsKey).findFirst();
    Optional<StoredRule> added =
        transactions.durably(
            c -> {
              Set<String> features = new TreeSet<>(mined.features());
              if (fresh.isPresent()) {
                Optional<String> name = name(c, look, fresh.get());
                if (name.isEmpty()) {
                  return Optional.empty();
                }
                features.remove(fresh.get());
                features.add(name.get());
              }
              return RuleStore.add(
                  c,
                  look.service(),
                  List.copyOf(features),
                  figures(mined),
                  RuleState.begin(RuleStage.CANDIDATE, look.at()),
                  change(look.at(), null, sentence(mined)));
            });
    if (fresh.isPresent() && added.isPresent()) {
      StoredRule.topics(List.of(added.get())).forEach(name -> look.named().put(fresh.get(), name));
    }
    return added;
  }

  /** Keeps a topic; empty when another replica found some, which may be the same. */
  private static Optional<String> name(Connection c, Look look, String fresh) throws SQLException {
    String named = look.named().get(fresh);
    if (named != null) {
      return Optional.of(named);
    }
    Topic topic = Objects.requireNonNull(look.seen().fresh().get(fresh));
    TopicWords words = TopicWords.of(topic, look.seen().set());
    return PromptTopics.add(c, look.service(), topic, words, look.known(), look.at())
        .map(StoredTopic::feature);
  }

  /** A rule that was retired is tried again only on failures since then. */
  private Optional<StoredRule> again(Look look, StoredRule rule) {
    if (rule.state().stage() != RuleStage.RETIRED || rule.state().pinned()) {
      return Optional.empty();
    }
    return found(look, rule.features(), new Since(rule.state().since(), false))
        .flatMap(
            mined -> {
              Change why =
                  change(look.at(), RuleStage.RETIRED.wireName(), "True again. " + sentence(mined));
              return rules.again(rule, figures(mined), why);
            });
  }

  /** The rule of these features, where it is found in jobs since then. */
  private Optional<MinedRule> found(Look look, List<String> features, Since since) {
    return look.mined().computeIfAbsent(since, asked -> mined(look, asked)).stream()
        .filter(mined -> List.copyOf(mined.features()).equals(features))
        .findFirst();
  }

  private List<MinedRule> mined(Look look, Since since) {
    SampleSet jobs = since(look.service(), since.then(), look.at());
    return Miner.mine(
        Topics.with(jobs, look.topics(since.fresh())), promotions.mining(look.service()));
  }

  /** No longer ago than samples are kept: one whose first is gone is there by the next again. */
  private SampleSet since(String service, Instant then, Instant now) {
    Instant oldest = now.minus(settings.retention());
    return samples.newest(service, then.isAfter(oldest) ? then : oldest, settings.samples());
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
