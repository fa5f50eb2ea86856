package dev.kintsugi.core.learning;

import java.util.List;

/**
 * Jobs that rules are looked for in: every failure of a time, and of the others as many as there is
 * room for, whatever their features. Failures are rare and tell most, so a bounded set of them
 * reaches back far. What is compared between failures and others is not touched by that; shares
 * are, and are computed back: odds among the samples are odds among all jobs times {@code
 * othersEach} (Prentice and Pyke, "Logistic disease incidence models and case-control studies",
 * 1979).
 *
 * <p>That is an estimate, and a rough one where each stands for many. What a rule must show is
 * counted, therefore, in all jobs.
 *
 * @param othersEach jobs that each sample which did not fail stands for, 1 or more
 * @param census of the jobs that did not fail; not asked where each stands for itself
 */
public record SampleSet(List<Sample> samples, double othersEach, Census census) {

  public SampleSet {
    samples = List.copyOf(samples);
    if (!(othersEach >= 1)) {
      throw new IllegalArgumentException("a sample stands for 1 job or more, not " + othersEach);
    }
  }

  /** Every job of a time. */
  public static SampleSet whole(List<Sample> samples) {
    return new SampleSet(samples, 1, Census.NONE);
  }

  /** The same jobs, of which more or less is known. */
  public SampleSet with(List<Sample> others) {
    return new SampleSet(others, othersEach, census);
  }

  /** Jobs that so many samples stand for. */
  double jobs(int failed, int others) {
    return failed + othersEach * others;
  }

  /** The share of failures among all jobs, from that among samples. */
  double share(double amongSamples) {
    return amongSamples / (amongSamples + othersEach * (1 - amongSamples));
  }
}
