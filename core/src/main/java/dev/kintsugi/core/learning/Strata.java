package dev.kintsugi.core.learning;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether failures go with a rule also where everything else is alike. */
final class Strata {

  private final int[] stratum;
  private final boolean[] failed;
  private final int[] sizes;
  private final int[] failures;

  Strata(List<Sample> samples) {
    Map<String, Integer> numbers = new HashMap<>();
    stratum = new int[samples.size()];
    failed = new boolean[samples.size()];
    for (int i = 0; i < stratum.length; i++) {
      stratum[i] = numbers.computeIfAbsent(samples.get(i).stratum(), name -> numbers.size());
      failed[i] = samples.get(i).failed();
    }
    sizes = new int[numbers.size()];
    failures = new int[numbers.size()];
    for (int i = 0; i < stratum.length; i++) {
      sizes[stratum[i]]++;
      failures[stratum[i]] += failed[i] ? 1 : 0;
    }
  }

  /**
   * Cochran, Mantel and Haenszel: by how many standard deviations the matched samples fail more
   * often than the others of their stratum; 0 where no stratum has both.
   */
  double deviations(BitSet matched) {
    int[] inside = new int[sizes.length];
    int[] hits = new int[sizes.length];
    for (int i = matched.nextSetBit(0); i >= 0; i = matched.nextSetBit(i + 1)) {
      inside[stratum[i]]++;
      hits[stratum[i]] += failed[i] ? 1 : 0;
    }
    double excess = 0;
    double variance = 0;
    for (int s = 0; s < sizes.length; s++) {
      double n = sizes[s];
      if (n > 1) {
        double expected = inside[s] * failures[s] / n;
        excess += hits[s] - expected;
        variance += expected * (n - inside[s]) * (n - failures[s]) / (n * (n - 1));
      }
    }
    return variance == 0 ? 0 : excess / Math.sqrt(variance);
  }
}
