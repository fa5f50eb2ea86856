package dev.kintsugi.core.dispatch;

/**
 * A revision's right to work and what it had so far.
 *
 * @param weight 0..100
 * @param claimed attempts started on it since the weights last changed
 */
public record RevisionShare(String name, int weight, long claimed) {}
