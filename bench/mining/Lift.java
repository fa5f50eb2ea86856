import dev.kintsugi.core.learning.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Frequent patterns with thresholds, as association rules are usually mined: support of at least 5, confidence of at least a half,
 * lift of at least 3; features and pairs of features. No test, no correction.
 */
final class Lift {
  private static final int SUPPORT = 5;
  private static final double CONFIDENCE = 0.5;
  private static final double LIFT = 3;

  static List<Set<String>> rules(List<Sample> samples) {
    Map<String, int[]> single = new HashMap<>();
    int failed = 0;
    for (Sample sample : samples) {
      failed += sample.failed() ? 1 : 0;
      for (String feature : sample.features()) {
        count(single, feature, sample.failed());
      }
    }
    double base = (double) failed / samples.size();
    Map<String, int[]> pairs = new HashMap<>();
    for (Sample sample : samples) {
      List<String> frequent =
          new ArrayList<>(new TreeSet<>(sample.features().stream().filter(f -> single.get(f)[1] >= SUPPORT).toList()));
      for (int i = 0; i < frequent.size(); i++) {
        for (int j = i + 1; j < frequent.size(); j++) {
          count(pairs, frequent.get(i) + "\n" + frequent.get(j), sample.failed());
        }
      }
    }
    List<Set<String>> rules = new ArrayList<>();
    single.forEach((name, n) -> add(rules, Set.of(name), n, base));
    pairs.forEach((name, n) -> add(rules, Set.of(name.split("\n")), n, base));
    return rules;
  }

  private static void count(Map<String, int[]> counts, String name, boolean failed) {
    int[] n = counts.computeIfAbsent(name, key -> new int[2]);
    n[0]++;
    n[1] += failed ? 1 : 0;
  }

  private static void add(List<Set<String>> rules, Set<String> names, int[] n, double base) {
    double confidence = (double) n[1] / n[0];
    if (n[1] >= SUPPORT && confidence >= CONFIDENCE && confidence >= LIFT * base) {
      rules.add(names);
    }
  }
}
