import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.Ending;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.JobOutcome;
import dev.kintsugi.core.rollout.RolloutJudge;
import dev.kintsugi.core.rollout.RolloutVerdict;
import dev.kintsugi.core.rollout.Situation;
import dev.kintsugi.core.rollout.VerdictPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/** The product's own verdict, asked after each canary job. */
final class Ours {
  private static final JobOutcome STABLE_BAD = outcome(Arm.STABLE, Ending.FAILED);
  private static final JobOutcome CANARY_BAD = outcome(Arm.CANARY, Ending.FAILED);
  private static final JobOutcome CANARY_GOOD = outcome(Arm.CANARY, Ending.GOOD);
  private static final JobOutcome CANARY_EXCUSED = outcome(Arm.CANARY, Ending.EXCUSED);

  /** Stable jobs that ended before the rollout began. */
  static final int HISTORY = 1000;

  private Ours() {}

  static Outcome judge(World world, VerdictPolicy policy, Trace trace, SplittableRandom random) {
    double history = HISTORY / (world.rate() * (1 - world.weight()));
    Evidence evidence = stable(Evidence.none(policy), world, -history, 0, random);
    double before = 0;
    double newestBad = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < trace.jobs; i++) {
      double now = trace.known[i];
      evidence = stable(evidence, world, before, now, random);
      evidence = evidence.with(canary(trace, i));
      before = now;
      if (trace.bad[i] && !trace.fault[i]) {
        newestBad = Math.max(newestBad, trace.start[i]);
      }
      RolloutVerdict verdict = RolloutJudge.decide(evidence, situation(trace, i, newestBad));
      if (verdict instanceof RolloutVerdict.Rollback) {
        return Outcome.of(Outcome.Verdict.ROLLBACK, trace, now);
      }
      if (verdict instanceof RolloutVerdict.Promote) {
        return Outcome.of(Outcome.Verdict.PROMOTE, trace, now);
      }
    }
    return Outcome.of(Outcome.Verdict.UNDECIDED, trace, before);
  }

  /** The last step before everyone, which needs all the evidence. */
  private static Situation situation(Trace trace, int newest, double newestBad) {
    long pending = 0;
    for (int i = newest + 1;
        i < trace.jobs && trace.known[i] < trace.known[newest] + World.LATE;
        i++) {
      pending += trace.start[i] < newestBad ? 1 : 0;
    }
    return new Situation(0, 2, false, List.of(), Duration.ZERO, Duration.ofDays(365), 0, pending);
  }

  private static JobOutcome canary(Trace trace, int i) {
    return trace.fault[i] ? CANARY_EXCUSED : trace.bad[i] ? CANARY_BAD : CANARY_GOOD;
  }

  /** Stable jobs that ended in between; the service runs steadily when the rollout starts. */
  private static Evidence stable(
      Evidence evidence, World world, double from, double to, SplittableRandom random) {
    int jobs = poisson((to - from) * world.rate() * (1 - world.weight()), random);
    double rate = world.stableRate((from + to) / 2);
    Evidence next = evidence;
    for (int left = jobs; left > 0; left--) {
      int run = Math.min(left, (int) (Math.log(1 - random.nextDouble()) / Math.log1p(-rate)));
      next = next.withGood(Arm.STABLE, run);
      left -= run;
      next = left > 0 ? next.with(STABLE_BAD) : next;
    }
    return next;
  }

  static int poisson(double mean, SplittableRandom random) {
    int count = 0;
    for (double left = mean; (left += Math.log(1 - random.nextDouble())) > 0; ) {
      count++;
    }
    return count;
  }

  private static JobOutcome outcome(Arm arm, Ending ending) {
    return new JobOutcome("job", arm, Instant.EPOCH, ending, Double.NaN, Double.NaN, null);
  }
}
