package dev.kintsugi.core.screening;

import java.util.Map;

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

  public static final ScreeningPolicy DEFAULT = of(Map.of());

  /**
   * @param set by the wire name of a {@link Threshold}; the others are as usual
   */
  public static ScreeningPolicy of(Map<String, Integer> set) {
    return new ScreeningPolicy(
        Threshold.EMOJI_RUN.in(set),
        Threshold.REPEATS.in(set),
        Threshold.NEGATIONS.in(set),
        Threshold.SCRIPT_SWITCHES.in(set),
        Threshold.REVIEW_LENGTH.in(set),
        Threshold.BRACKET_DEPTH.in(set),
        Threshold.TOKENS.in(set),
        Threshold.OBJECTS.in(set),
        Threshold.ENTITIES.in(set));
  }

  /** The same where so many emoji in a row are too many, if not fewer. */
  public ScreeningPolicy withEmojiRun(int tooMany) {
    return new ScreeningPolicy(
        Math.min(emojiRun, tooMany),
        repeats,
        negations,
        scriptSwitches,
        reviewLength,
        bracketDepth,
        tokens,
        objects,
        entities);
  }
}
