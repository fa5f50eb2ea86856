import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a judge made of the traces of one case. Times and bad videos are those of the rollbacks;
 * jobs are those of all traces, as in Wald's expectation.
 */
record Tally(List<Outcome> outcomes) {
  private static final double[] QUANTILES = {0.05, 0.25, 0.5, 0.75, 0.95};

  double share(Outcome.Verdict verdict) {
    return outcomes.stream().filter(o -> o.verdict() == verdict).count() / (double) outcomes.size();
  }

  double rollback() {
    return share(Outcome.Verdict.ROLLBACK);
  }

  double missed() {
    return 1 - rollback();
  }

  double jobs() {
    return outcomes.stream().mapToInt(Outcome::jobs).average().orElse(0);
  }

  double minutes() {
    return mean(o -> o.seconds() / 60);
  }

  double badVideos() {
    return mean(Outcome::bad);
  }

  private double mean(ToDoubleFunction<Outcome> what) {
    return Arrays.stream(sorted(what)).average().orElse(Double.NaN);
  }

  private double[] sorted(ToDoubleFunction<Outcome> what) {
    return outcomes.stream()
        .filter(o -> o.verdict() == Outcome.Verdict.ROLLBACK)
        .mapToDouble(what)
        .sorted()
        .toArray();
  }

  private List<Double> quantiles(ToDoubleFunction<Outcome> what) {
    double[] all = sorted(what);
    return all.length == 0
        ? List.of()
        : Arrays.stream(QUANTILES)
            .mapToObj(q -> Figures.rounded(all[(int) (q * (all.length - 1))]))
            .toList();
  }

  Map<String, Object> figures() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rollback", rollback());
    result.put("promote", share(Outcome.Verdict.PROMOTE));
    result.put("undecided", share(Outcome.Verdict.UNDECIDED));
    result.put("mean_jobs", Figures.rounded(jobs()));
    if (rollback() > 0) {
      result.put("mean_minutes", Figures.rounded(minutes()));
      result.put("mean_bad_videos", Figures.rounded(badVideos()));
      result.put("minutes_quantiles", quantiles(o -> o.seconds() / 60));
      result.put("jobs_quantiles", quantiles(Outcome::jobs));
      result.put("bad_videos_quantiles", quantiles(Outcome::bad));
    }
    return result;
  }
}
