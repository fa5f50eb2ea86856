package dev.kintsugi.core.learning;

/**
 * A share or a count that is not known exactly.
 *
 * @param value best single number
 * @param low it is hardly less
 * @param high it is hardly more
 */
public record Estimate(double value, double low, double high) {}
