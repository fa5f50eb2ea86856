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
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A whole rollout over the steps 1, 5, 25 and 50 %: each judge sets the weight itself. One job a
 * second; a judge has twelve hours. Promoted means that everyone gets the new version.
 */
final class Ladder {
  private static final double[] STEPS = {0.01, 0.05, 0.25, 0.5, 1};
  private static final double LIMIT = 12 * 3600;
  private static final double[] BAD = {0.01, 0.05, 0.1, 0.3, 1};

  private Ladder() {}

  private record Job(double start, double end, boolean canary, boolean bad) {}

  /** What a judge is told, and the step it wants; -1 rolls back. */
  private interface Judge {
    int ended(Job job, int step, long pending);

    int minute(double now, int step);
  }

  record Row(String judge, double bad, Tally tally) {}

  static List<Row> run(VerdictPolicy policy, int traces, long seed) {
    List<Row> rows = new ArrayList<>();
    for (String judge :
        List.of(
            "ours",
            "argo docs",
            "argo docs, failureLimit 0",
            "flagger docs",
            "flagger docs, no data is success")) {
      for (double bad : BAD) {
        List<Outcome> outcomes =
            IntStream.range(0, traces)
                .parallel()
                .mapToObj(i -> rollout(judge(judge, policy), bad, seed * 1_000_003 + i))
                .toList();
        rows.add(new Row(judge, bad, new Tally(outcomes)));
      }
    }
    return rows;
  }

  private static Judge judge(String name, VerdictPolicy policy) {
    return switch (name) {
      case "ours" -> new OurJudge(policy);
      case "argo docs" -> new PeerJudge(Peer.ARGO_DOCS, 600);
      case "argo docs, failureLimit 0" -> new PeerJudge(Peer.ARGO_DEFAULT, 600);
      case "flagger docs" -> new PeerJudge(Peer.FLAGGER_DOCS, 60);
      default -> new PeerJudge(Peer.FLAGGER_GUARDED, 60);
    };
  }

  private static Outcome rollout(Judge judge, double bad, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
    PriorityQueue<Job> running = new PriorityQueue<>((a, b) -> Double.compare(a.end, b.end));
    int step = 0;
    int jobs = 0;
    int badVideos = 0;
    double newestBad = Double.NEGATIVE_INFINITY;
    double arrival = -1000;
    double minute = 60;
    while (step >= 0 && step < STEPS.length - 1) {
      double end = running.isEmpty() ? Double.POSITIVE_INFINITY : running.peek().end;
      double now = Math.min(arrival, Math.min(end, minute));
      if (now > LIMIT) {
        return new Outcome(Outcome.Verdict.UNDECIDED, LIMIT, jobs, badVideos);
      }
      if (now == arrival) {
        boolean canary = now > 0 && random.nextDouble() < STEPS[step];
        boolean failed = random.nextDouble() < (canary ? bad : World.HEALTHY);
        running.add(new Job(now, now + 60 + 60 * random.nextDouble(), canary, failed));
        arrival -= Math.log(1 - random.nextDouble());
      } else if (now == end) {
        Job job = running.remove();
        if (job.canary) {
          jobs++;
          badVideos += job.bad ? 1 : 0;
          newestBad = job.bad ? Math.max(newestBad, job.start) : newestBad;
        }
        step = judge.ended(job, step, job.canary ? pending(running, newestBad) : 0);
      } else {
        step = judge.minute(now, step);
        minute += 60;
      }
      if (step < 0) {
        return new Outcome(Outcome.Verdict.ROLLBACK, now, jobs, badVideos);
      }
      if (step == STEPS.length - 1) {
        return new Outcome(Outcome.Verdict.PROMOTE, now, jobs, badVideos);
      }
    }
    throw new IllegalStateException("a rollout ends in its loop");
  }

  private static long pending(Iterable<Job> running, double newestBad) {
    long count = 0;
    for (Job job : running) {
      count += job.canary && job.start < newestBad ? 1 : 0;
    }
    return count;
  }

  private static final class OurJudge implements Judge {
    private Evidence evidence;

    OurJudge(VerdictPolicy policy) {
      evidence = Evidence.none(policy);
    }

    @Override
    public int ended(Job job, int step, long pending) {
      Ending ending = job.bad ? Ending.FAILED : Ending.GOOD;
      Arm arm = job.canary ? Arm.CANARY : Arm.STABLE;
      evidence = evidence.with(new JobOutcome("job", arm, Instant.EPOCH, ending, Double.NaN, Double.NaN, null));
      if (!job.canary) {
        return step;
      }
      Situation now =
          new Situation(
              step, STEPS.length, false, List.of(), Duration.ZERO, Duration.ofDays(1), 0, pending);
      return switch (RolloutJudge.decide(evidence, now)) {
        case RolloutVerdict.Promote p -> step + 1;
        case RolloutVerdict.Rollback r -> -1;
        default -> step;
      };
    }

    @Override
    public int minute(double now, int step) {
      return step;
    }
  }

  /** Argo steps by time beside its background analysis; Flagger steps at each good check. */
  private static final class PeerJudge implements Judge {
    private final Peer peer;
    private final double pause;
    private final List<Job> ended = new ArrayList<>();
    private int failed;

    PeerJudge(Peer peer, double pause) {
      this.peer = peer;
      this.pause = pause;
    }

    @Override
    public int ended(Job job, int step, long pending) {
      if (job.canary) {
        ended.add(job);
      }
      return step;
    }

    @Override
    public int minute(double now, int step) {
      boolean flagger = peer.kind() == Peer.Kind.FLAGGER;
      if (now % peer.interval() != 0) {
        return step;
      }
      if (flagger && failed >= peer.fails()) {
        return -1;
      }
      boolean fails = fails(now);
      failed += fails ? 1 : 0;
      if (flagger) {
        return fails ? step : step + 1;
      }
      return failed > peer.fails() ? -1 : (int) (now / pause);
    }

    private boolean fails(double now) {
      int jobs = 0;
      int bad = 0;
      for (int i = ended.size() - 1; i >= 0 && ended.get(i).end > now - peer.window(); i--) {
        jobs++;
        bad += ended.get(i).bad ? 1 : 0;
      }
      return peer.fails(jobs, bad);
    }
  }
}
