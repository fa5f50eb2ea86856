import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Searches the peers' best settings for one case, as somebody could who knew the case: a check each
 * minute (at 0.1 jobs/s each ten) until the limit, windows, limits and numbers of failed checks
 * from a grid. For each setting it counts how many traces were rolled back and the sum of their
 * times.
 */
final class Grid {
  private static final int[] WINDOWS = {5, 15, 30, 60, 120, 240};
  private static final double[] ARGO_LIMITS = {0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5};
  private static final double[] FLAGGER_LIMITS = {0.01, 0.05, 0.1, 0.2, 0.5};
  private static final int FAILS = 21;

  private final List<Peer> settings = new ArrayList<>();
  private final double interval;

  /** By setting: traces rolled back, and their seconds. */
  record Count(int traces, long[] rolledBack, double[] seconds) {
    Count plus(Count other) {
      long[] rolled = rolledBack.clone();
      double[] sum = seconds.clone();
      Arrays.setAll(rolled, i -> rolled[i] + other.rolledBack[i]);
      Arrays.setAll(sum, i -> sum[i] + other.seconds[i]);
      return new Count(traces + other.traces, rolled, sum);
    }
  }

  Grid(double rate) {
    interval = 60 / rate;
    for (int window : WINDOWS) {
      for (double limit : ARGO_LIMITS) {
        add(Peer.Kind.ARGO, window, limit);
      }
      for (double limit : FLAGGER_LIMITS) {
        add(Peer.Kind.FLAGGER, window, limit);
      }
    }
  }

  private void add(Peer.Kind kind, int window, double limit) {
    for (int fails = 0; fails < FAILS; fails++) {
      settings.add(
          new Peer(kind, interval, window * interval, limit, fails, Integer.MAX_VALUE, false));
    }
  }

  Count count(World world, long seed, int traces) {
    return IntStream.range(0, traces)
        .parallel()
        .mapToObj(i -> count(world.trace(Seeds.random(seed, world, i)), world.limit()))
        .reduce(new Count(0, new long[settings.size()], new double[settings.size()]), Count::plus);
  }

  /** All numbers of failed checks of one window and limit are found in one pass. */
  private Count count(Trace trace, double limit) {
    Scrapes scrapes = new Scrapes(trace, limit);
    long[] rolledBack = new long[settings.size()];
    double[] seconds = new double[settings.size()];
    for (int from = 0; from < settings.size(); from += FAILS) {
      Peer peer = settings.get(from);
      int failed = 0;
      for (int k = 1; k * interval <= limit && failed < FAILS; k++) {
        double now = k * interval + Peer.SCRAPE / 2;
        if (!peer.fails(scrapes, now)) {
          continue;
        }
        failed++;
        boolean argo = peer.kind() == Peer.Kind.ARGO;
        int reached = argo ? failed - 1 : failed;
        if (reached < FAILS && (argo || (k + 1) * interval <= limit)) {
          rolledBack[from + reached]++;
          seconds[from + reached] += argo ? now : now + interval;
        }
      }
    }
    return new Count(1, rolledBack, seconds);
  }

  /** The quickest setting of a kind within both error rates; empty if none is. */
  Optional<Peer> best(Peer.Kind kind, Count healthy, Count broken, double alpha, double beta) {
    return IntStream.range(0, settings.size())
        .filter(i -> settings.get(i).kind() == kind)
        .filter(i -> kind == Peer.Kind.ARGO || settings.get(i).fails() > 0)
        .filter(i -> healthy.rolledBack[i] <= alpha * healthy.traces)
        .filter(i -> broken.rolledBack[i] >= (1 - beta) * broken.traces)
        .boxed()
        .min(
            (a, b) ->
                Double.compare(
                    broken.seconds[a] / broken.rolledBack[a],
                    broken.seconds[b] / broken.rolledBack[b]))
        .map(settings::get);
  }
}
