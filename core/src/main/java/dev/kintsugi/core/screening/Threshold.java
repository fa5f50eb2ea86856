package dev.kintsugi.core.screening;

import dev.kintsugi.core.admission.Brackets;
import dev.kintsugi.core.admission.FieldRules;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** What can be set of a {@link ScreeningPolicy}: name, usual value and bounds. */
public enum Threshold {
  EMOJI_RUN("emojiRun", 5, 2, 100),
  REPEATS("repeats", 6, 2, 100),
  NEGATIONS("negations", 3, 2, 100),
  SCRIPT_SWITCHES("scriptSwitches", 3, 1, 100),
  REVIEW_LENGTH("reviewLength", FieldRules.MAX_PROMPT, 50, FieldRules.MAX_PROMPT),
  BRACKET_DEPTH("bracketDepth", Brackets.NESTED, Brackets.NESTED, 20),
  TOKENS("tokens", 80, 10, 512),
  OBJECTS("objects", 20, 1, 100),
  ENTITIES("entities", 2, 0, 5);

  private final String wireName;
  private final int usual;
  private final int least;
  private final int most;

  Threshold(String wireName, int usual, int least, int most) {
    this.wireName = wireName;
    this.usual = usual;
    this.least = least;
    this.most = most;
  }

  public String wireName() {
    return wireName;
  }

  /** Where nobody sets it. */
  public int usual() {
    return usual;
  }

  /** The lowest it can be set to. */
  public int least() {
    return least;
  }

  /** The highest it can be set to. */
  public int most() {
    return most;
  }

  public static Optional<Threshold> fromWire(String name) {
    return Arrays.stream(values()).filter(one -> one.wireName.equals(name)).findFirst();
  }

  /** As it is set, by wire name; the usual value where it is not. */
  int in(Map<String, Integer> set) {
    return set.getOrDefault(wireName, usual);
  }
}
