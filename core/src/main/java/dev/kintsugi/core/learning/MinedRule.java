package dev.kintsugi.core.learning;

import java.util.SortedSet;

/**
 * Features that together foretell a failure.
 *
 * @param features one to three, all of which a submission must have
 * @param failed jobs with them that failed
 * @param matched jobs with them; an estimate where not every job is among the samples
 * @param lift how many times as often they failed as all jobs did
 * @param leastPrecision lower bound of the share that fails, one-sided, 95 %
 * @param falseDiscovery highest probability that a rule like this is found where there is none,
 *     over everything that was tried
 */
public record MinedRule(
    SortedSet<String> features,
    int failed,
    int matched,
    double lift,
    double leastPrecision,
    double falseDiscovery) {}
