package dev.kintsugi.core.slo;

/**
 * A level and what its windows hold.
 *
 * @param burn rate over the window
 * @param shortBurn rate over the short window
 * @param needed bad events that would fire it, at the traffic really seen
 */
public record BurnReading(
    BurnLevel level, Tally tally, double burn, double shortBurn, long needed, boolean firing) {}
