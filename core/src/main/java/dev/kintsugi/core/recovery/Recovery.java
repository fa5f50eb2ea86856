package dev.kintsugi.core.recovery;

import dev.kintsugi.core.recovery.RecoveryDecision.Answer;
import dev.kintsugi.core.recovery.RecoveryDecision.Numbers;
import dev.kintsugi.core.recovery.RecoveryDecision.Reason;
import dev.kintsugi.core.recovery.RecoveryDecision.Retry;
import dev.kintsugi.core.recovery.RecoveryDecision.Skip;
import dev.kintsugi.core.recovery.RecoveryDecision.Skipped;
import dev.kintsugi.core.recovery.RecoveryDecision.Stop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The decision tree. The ladder is walked from its top each time, and the first step that may help,
 * is to be had, and ends before the deadline and within the GPU seconds of the job is taken: so a
 * lower step is never taken while a higher one was affordable. A machine that fails under a job
 * costs it no step: the same plan goes on elsewhere, from its last checkpoint.
 *
 * <p>It always ends: every step has a bounded number of tries, and losses are counted too.
 */
public final class Recovery {

  private final Situation in;
  private final RecoveryPolicy policy;
  private final Instant now;
  private final Candidates candidates;
  private final double budget;
  private final List<Skipped> skipped = new ArrayList<>();

  private Recovery(Situation in, RecoveryPolicy policy, Instant now) {
    this.in = in;
    this.policy = policy;
    this.now = now;
    this.candidates = new Candidates(in);
    OptionalDouble asked = Prediction.seconds(Plan.asAsked(in.asked()), in.nodes());
    this.budget =
        asked.isEmpty()
            ? Double.POSITIVE_INFINITY
            : Math.max(policy.gpuFloor(), policy.gpuFactor() * asked.getAsDouble());
  }

  public static RecoveryDecision decide(Situation in, RecoveryPolicy policy, Instant now) {
    return new Recovery(in, policy, now).decide();
  }

  /** Last instant at which an attempt may end: time is kept to make an answer without a node. */
  public static Instant latestEnd(Instant deadline, List<Rung> ladder, RecoveryPolicy policy) {
    boolean answers = ladder.contains(Rung.CACHED_RESULT) || ladder.contains(Rung.FALLBACK_CLIP);
    return answers ? deadline.minus(policy.reserve()) : deadline;
  }

  private RecoveryDecision decide() {
    if (in.requesterGone()) {
      return new Stop(Reason.CANCELLED, numbers(OptionalDouble.empty()));
    }
    Reason bound = bound();
    Retry full = bound == null ? fullQuality() : null;
    return full == null ? walk(bound) : full;
  }

  /** As asked until an attempt fails by itself; machines cost a plan of full quality nothing. */
  private @Nullable Retry fullQuality() {
    Tried last = in.last();
    if (last == null) {
      return take(Rung.AS_ASKED, List.of(Plan.asAsked(in.asked())));
    }
    boolean repeat = last.cause().machine() && !last.plan().rung().degraded();
    if (!repeat && in.failures() > 0) {
      return null;
    }
    Plan plan = repeat ? last.plan() : Plan.asAsked(in.asked());
    return take(Rung.OTHER_NODE, List.of(plan.at(Rung.OTHER_NODE)));
  }

  private RecoveryDecision walk(@Nullable Reason bound) {
    for (Rung rung : in.ladder()) {
      if (rung == Rung.FALLBACK_CLIP || (rung == Rung.CACHED_RESULT && in.cacheHit())) {
        return new Answer(rung, ending(bound), numbers(OptionalDouble.empty()));
      }
      if (!rung.generates()) {
        skipped.add(new Skipped(rung, Skip.UNAVAILABLE));
      } else if (bound == null) {
        Retry retry = attempt(rung);
        if (retry != null) {
          return retry;
        }
      }
    }
    return new Stop(ending(bound), numbers(OptionalDouble.empty()));
  }

  /** Why nothing may be generated any more, whatever the step. */
  private @Nullable Reason bound() {
    if (!now.isBefore(latestEnd())) {
      return Reason.DEADLINE_PASSED;
    }
    boolean spent = in.failures() >= policy.maxAttempts() || in.losses() >= policy.maxLosses();
    return spent ? Reason.ATTEMPTS_EXHAUSTED : null;
  }

  private Reason ending(@Nullable Reason bound) {
    if (bound != null) {
      return bound;
    }
    if (passedOver(Skip.OVER_BUDGET)) {
      return Reason.GPU_SECONDS_EXHAUSTED;
    }
    return passedOver(Skip.TOO_LATE) ? Reason.LITTLE_TIME : Reason.NOTHING_LEFT;
  }

  private boolean passedOver(Skip why) {
    return skipped.stream().anyMatch(skip -> skip.why() == why);
  }

  private @Nullable Retry attempt(Rung rung) {
    return switch (candidates.of(rung)) {
      case Candidates.Open(List<Plan> plans) -> take(rung, plans);
      case Candidates.Closed(Skip why) -> {
        skipped.add(new Skipped(rung, why));
        yield null;
      }
    };
  }

  /** The first of the plans that can be done in time and within the budget. */
  private @Nullable Retry take(Rung rung, List<Plan> plans) {
    boolean able =
        in.nodes().isEmpty()
            || in.nodes().stream().anyMatch(node -> Prediction.able(plans.getFirst(), node));
    if (!able) {
      skipped.add(new Skipped(rung, Skip.UNAVAILABLE));
      return null;
    }
    Skip worst = Skip.TOO_LATE;
    for (Plan plan : plans) {
      Plan resumed = plan.resumed(checkpoint(plan));
      OptionalDouble seconds = Prediction.seconds(resumed, in.nodes());
      Instant notBefore = now.plus(backoff());
      if (in.gpuSeconds() + seconds.orElse(0) > budget) {
        worst = Skip.OVER_BUDGET;
      } else if (Prediction.ends(notBefore, seconds).isBefore(latestEnd())) {
        return retry(resumed, notBefore, seconds);
      }
    }
    skipped.add(new Skipped(rung, worst));
    return null;
  }

  private Retry retry(Plan plan, Instant notBefore, OptionalDouble seconds) {
    Placement placement = Placement.of(plan, in, policy);
    Duration slack = Duration.between(Prediction.ends(notBefore, seconds), latestEnd());
    Duration patience = placement.patience().compareTo(slack) < 0 ? placement.patience() : slack;
    Instant until = placement.forever() ? in.deadline() : notBefore.plus(patience);
    return new Retry(plan, reason(plan), notBefore, placement.avoid(), until, numbers(seconds));
  }

  private Reason reason(Plan plan) {
    Tried last = in.last();
    if (passedOver(Skip.TOO_LATE)) {
      return Reason.LITTLE_TIME;
    }
    if (last == null) {
      return plan.rung() == Rung.AS_ASKED ? Reason.FIRST_ATTEMPT : Reason.NO_NODE_ABLE;
    }
    return last.cause().machine() ? Reason.MACHINE_FAILED : Reason.ATTEMPT_FAILED;
  }

  /** A checkpoint is good where the weights and everything that shapes the latents are the same. */
  private Plan.@Nullable Checkpoint checkpoint(Plan plan) {
    Situation.Saved saved = in.saved();
    Tried last = in.last();
    if (saved == null || last == null || last.cause().ofContent()) {
      return null;
    }
    Set<String> weights = in.nodes().stream().map(NodeFacts::digest).collect(Collectors.toSet());
    boolean fits =
        saved.run().sameRun(plan)
            && saved.checkpoint().step() < plan.steps()
            && (plan.lite() || weights.contains(saved.checkpoint().digest()));
    return fits ? saved.checkpoint() : null;
  }

  private Duration backoff() {
    Tried last = in.last();
    int alike = last == null ? 0 : last.cause().machine() ? in.losses() : in.failures();
    return policy.backoff(alike);
  }

  private Instant latestEnd() {
    return latestEnd(in.deadline(), in.ladder(), policy);
  }

  private Numbers numbers(OptionalDouble predicted) {
    return new Numbers(
        in.failures(),
        in.losses(),
        in.gpuSeconds(),
        budget,
        predicted.orElse(Double.NaN),
        Duration.between(now, in.deadline()).toMillis() / 1000.0,
        skipped);
  }
}
