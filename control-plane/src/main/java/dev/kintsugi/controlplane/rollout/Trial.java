package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.feedback.Rating;
import dev.kintsugi.controlplane.queue.LedgerAttempt;
import dev.kintsugi.controlplane.recovery.Situations;
import dev.kintsugi.controlplane.rollout.OutcomeLog.Event;
import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.AttemptFacts;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.FaultReview;
import dev.kintsugi.core.rollout.JobReview;
import dev.kintsugi.core.rollout.JobReview.Observation;
import dev.kintsugi.core.rollout.VerdictPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The evidence of one try of a rollout, folded from the ledger: constant work for each new attempt,
 * and the same result whatever was read when. Not for use by several threads at once.
 */
final class Trial {

  private static final Comparator<AttemptFacts> BY_END =
      Comparator.comparing(AttemptFacts::endedAt).thenComparing(AttemptFacts::attempt);

  private final AttemptReader reader;
  private final FaultReview.Policy policy = FaultReview.Policy.DEFAULT;
  private final FaultTally tally = new FaultTally(policy);
  private final OutcomeLog log;
  private final Map<String, List<AttemptFacts>> attempts = new HashMap<>();
  private final Map<String, Map<Arm, Observation>> observed = new HashMap<>();
  private final Map<String, Event> ratings = new HashMap<>();
  private final Set<String> doubtful = new HashSet<>();
  private final TreeMap<BadKey, Observation> badCanary = new TreeMap<>();
  private final Map<Arm, Mean> seconds = new EnumMap<>(Arm.class);
  private final Map<Arm, Mean> scores = new EnumMap<>(Arm.class);
  private final Map<Arm, Long> begun = new EnumMap<>(Arm.class);
  private Map<String, LedgerAttempt> live = Map.of();
  private Instant carriedSince = Instant.MAX;
  private @Nullable Observation newestOfCanary;

  private record BadKey(Instant at, String job) implements Comparable<BadKey> {
    @Override
    public int compareTo(BadKey other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : job.compareTo(other.job);
    }
  }

  /** Of good attempts. */
  private record Mean(long jobs, double sum) {
    static final Mean NONE = new Mean(0, 0);

    Mean plus(double more, int sign) {
      return Double.isNaN(more) ? this : new Mean(jobs + sign, sum + sign * more);
    }

    double value() {
      return jobs == 0 ? Double.NaN : sum / jobs;
    }
  }

  Trial(AttemptReader reader, VerdictPolicy policy) {
    this.reader = reader;
    this.log = new OutcomeLog(policy);
  }

  /**
   * Takes in what the ledger said; what is known already changes nothing.
   *
   * @param running every live attempt
   */
  void read(Collection<LedgerAttempt> ended, Collection<LedgerAttempt> running) {
    Set<String> touched = new HashSet<>();
    boolean news = false;
    for (LedgerAttempt attempt : ended) {
      Optional<AttemptFacts> facts = reader.facts(attempt).filter(this::isNew);
      if (facts.isPresent()) {
        add(facts.get());
        touched.add(facts.get().job());
        news = true;
      }
    }
    Map<String, LedgerAttempt> now = new LinkedHashMap<>();
    for (LedgerAttempt attempt : running) {
      now.put(attempt.attempt().id(), attempt);
      news |= !live.containsKey(attempt.attempt().id());
      reader
          .arm(attempt.attempt().revision())
          .ifPresent(
              arm -> tally.begun(arm, attempt.attempt().nodeId(), attempt.attempt().startedAt()));
    }
    live = now;
    if (news) {
      touched.addAll(doubtful);
    }
    touched.forEach(this::observe);
  }

  /** Ratings of jobs that no attempt of the rollout made say nothing. */
  void rate(Collection<Rating> given) {
    for (Rating rating : given) {
      made(rating.job()).ifPresent(attempt -> rate(rating, attempt));
    }
  }

  private void rate(Rating rating, AttemptFacts made) {
    Instant at = rating.at().isAfter(made.endedAt()) ? rating.at() : made.endedAt();
    Event event = new Event(at, rating.job(), made.arm(), null, rating.stars());
    Event before = ratings.put(rating.job(), event);
    if (event.equals(before)) {
      return;
    }
    if (before != null) {
      log.remove(before);
    }
    log.add(event);
  }

  Evidence evidence() {
    return log.evidence();
  }

  /** Live attempts by their id. */
  Map<String, LedgerAttempt> live() {
    return live;
  }

  /** A job that the version is judged by already. */
  boolean counts(String job, Arm arm) {
    Observation seen = observed.getOrDefault(job, Map.of()).get(arm);
    return seen != null && seen.outcome().ending() != Ending.EXCUSED;
  }

  /** The other version failed at the job before this attempt. */
  boolean afterOtherVersion(LedgerAttempt attempt, Arm arm) {
    return attempts.getOrDefault(attempt.attempt().jobId(), List.of()).stream()
        .anyMatch(
            a ->
                a.arm() != arm
                    && a.cause() != null
                    && a.startedAt().isBefore(attempt.attempt().startedAt()));
  }

  /** The first job that speaks against the canary. */
  Optional<Observation> firstBad() {
    return badCanary.isEmpty() ? Optional.empty() : Optional.of(badCanary.firstEntry().getValue());
  }

  /** The newest one. */
  Optional<Observation> lastBad() {
    return badCanary.isEmpty() ? Optional.empty() : Optional.of(badCanary.lastEntry().getValue());
  }

  /** Any job that the canary is judged by. */
  Optional<Observation> newestOfCanary() {
    return Optional.ofNullable(newestOfCanary);
  }

  /** Mean seconds of a good attempt; NaN without one. */
  double meanSeconds(Arm arm) {
    return seconds.getOrDefault(arm, Mean.NONE).value();
  }

  /** Mean score of a good attempt by the quality gate; NaN without one. */
  double meanScore(Arm arm) {
    return scores.getOrDefault(arm, Mean.NONE).value();
  }

  /** Percent of the attempts begun since then that are the canary's; 0 without any. */
  double carriedPercent(Instant since) {
    if (!since.equals(carriedSince)) {
      carriedSince = since;
      begun.clear();
      attempts.values().forEach(all -> all.forEach(this::countBegun));
    }
    Map<Arm, Long> all = new EnumMap<>(begun);
    for (LedgerAttempt row : live.values()) {
      if (!row.attempt().startedAt().isBefore(since)) {
        reader.arm(row.attempt().revision()).ifPresent(arm -> all.merge(arm, 1L, Long::sum));
      }
    }
    long canary = all.getOrDefault(Arm.CANARY, 0L);
    long both = canary + all.getOrDefault(Arm.STABLE, 0L);
    return both == 0 ? 0 : 100.0 * canary / both;
  }

  private void countBegun(AttemptFacts facts) {
    if (!facts.startedAt().isBefore(carriedSince)) {
      begun.merge(facts.arm(), 1L, Long::sum);
    }
  }

  private boolean isNew(AttemptFacts facts) {
    return attempts.getOrDefault(facts.job(), List.of()).stream()
        .noneMatch(known -> known.attempt().equals(facts.attempt()));
  }

  private void add(AttemptFacts facts) {
    List<AttemptFacts> all = attempts.computeIfAbsent(facts.job(), job -> new ArrayList<>(1));
    all.add(facts);
    all.sort(BY_END);
    tally.begun(facts.arm(), facts.node(), facts.startedAt());
    tally.ended(facts);
    countBegun(facts);
    if (facts.cause() != null) {
      doubtful.add(facts.job());
    }
  }

  private Optional<AttemptFacts> made(String job) {
    return attempts.getOrDefault(job, List.of()).stream()
        .filter(a -> a.cause() == null)
        .findFirst();
  }

  private void observe(String job) {
    List<AttemptFacts> all = attempts.getOrDefault(job, List.of());
    for (Arm arm : Arm.values()) {
      Optional<Observation> now = JobReview.decide(all, arm, tally::around, policy);
      Map<Arm, Observation> known = observed.computeIfAbsent(job, j -> new EnumMap<>(Arm.class));
      Observation before = known.get(arm);
      if (now.equals(Optional.ofNullable(before))) {
        continue;
      }
      if (before != null) {
        known.remove(arm);
        log.remove(Event.of(before.outcome()));
        note(before, -1);
      }
      now.ifPresent(
          seen -> {
            known.put(arm, seen);
            log.add(Event.of(seen.outcome()));
            note(seen, 1);
          });
    }
  }

  private void note(Observation seen, int sign) {
    Arm arm = seen.outcome().arm();
    Ending ending = seen.outcome().ending();
    if (ending == Ending.GOOD) {
      AttemptFacts a = seen.attempt();
      double ran = Situations.seconds(a.startedAt(), a.endedAt());
      seconds.put(arm, seconds.getOrDefault(arm, Mean.NONE).plus(ran, sign));
      scores.put(arm, scores.getOrDefault(arm, Mean.NONE).plus(a.score(), sign));
    }
    if (arm == Arm.CANARY && sign > 0) {
      newestOfCanary = seen;
    }
    if (arm == Arm.CANARY && ending.bad()) {
      BadKey key = new BadKey(seen.certainAt(), seen.outcome().job());
      if (sign > 0) {
        badCanary.put(key, seen);
      } else {
        badCanary.remove(key);
      }
    }
  }
}
