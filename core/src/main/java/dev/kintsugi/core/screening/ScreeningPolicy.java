package dev.kintsugi.core.screening;

import dev.kintsugi.core.admission.Brackets;
import dev.kintsugi.core.admission.FieldRules;

/**
 * Limits of prompts.
 *
 * @param emojiRun emoji in a row that are too many
 * @param repeats of the same words or signs in a row that are too many
 * @param negations in one clause that are too many
 * @param scriptSwitches between Chinese and lower-case Latin words in one clause that are too many
 * @param reviewLength code points; a longer prompt with nested brackets is held for a review
 * @param bracketDepth how deep brackets must be nested for that, 2 or more
 * @param tokens that are not too many yet, as the model counts them
 */
public record ScreeningPolicy(
    int emojiRun,
    int repeats,
    int negations,
    int scriptSwitches,
    int reviewLength,
    int bracketDepth,
    int tokens) {

  public static final ScreeningPolicy DEFAULT =
      new ScreeningPolicy(5, 6, 3, 3, FieldRules.MAX_PROMPT, Brackets.NESTED, 80);
}
