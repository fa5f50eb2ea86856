package dev.kintsugi.core.learning;

/**
 * What a rule must show.
 *
 * @param leastSupport failures it explains, 2 or more
 * @param leastPrecision lower bound of the share of its prompts that fail, 0..1
 * @param falseDiscovery highest probability of any rule where there is none, 0..1
 * @param leastStratified standard deviations by which its failures must exceed what version, tenant
 *     and day explain
 * @param mostRules in one run, the strongest first
 */
public record MiningPolicy(
    int leastSupport,
    double leastPrecision,
    double falseDiscovery,
    double leastStratified,
    int mostRules) {

  public static final MiningPolicy DEFAULT = new MiningPolicy(5, 0.5, 0.01, 3, 20);
}
