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
 * @param objects different things to be seen that are just not too many
 * @param entities things to be seen that a prompt needs which tells of a feeling; any other needs
 *     one. 0 asks for none, also where a prompt only compares
 */
public record ScreeningPolicy(
    int emojiRun,
    int repeats,
    int negations,
    int scriptSwitches,
    int reviewLength,
    int bracketDepth,
    int tokens,
    int objects,
    int entities) {

  public static final ScreeningPolicy DEFAULT =
      new ScreeningPolicy(5, 6, 3, 3, FieldRules.MAX_PROMPT, Brackets.NESTED, 80, 20, 2);
}
