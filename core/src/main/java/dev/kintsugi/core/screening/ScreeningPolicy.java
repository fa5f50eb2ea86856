package dev.kintsugi.core.screening;

/**
 * Limits of prompts.
 *
 * @param emojiRun emoji in a row that are too many
 * @param repeats of the same words or signs in a row that are too many
 * @param negations in one clause that are too many
 * @param scriptSwitches between Chinese and lower-case Latin words in one clause that are too many
 */
public record ScreeningPolicy(int emojiRun, int repeats, int negations, int scriptSwitches) {

  public static final ScreeningPolicy DEFAULT = new ScreeningPolicy(5, 6, 3, 3);
}
