package dev.kintsugi.core.learning;

import java.util.Locale;

/** Features of prompts in the words of somebody who knows nothing of rules. */
public final class FeatureText {

  private FeatureText() {}

  /** What a video has or asks for, to follow "with". */
  public static String of(String feature) {
    int sign = feature.indexOf(':');
    if (sign > 0) {
      String text = feature.substring(sign + 1);
      return feature.startsWith("word:") ? "the word \"" + text + "\"" : "\"" + text + "\"";
    }
    int bound = feature.indexOf(">=");
    return bound < 0
        ? "Chinese and other letters mixed"
        : atLeast(feature.substring(0, bound), Long.parseLong(feature.substring(bound + 2)));
  }

  private static String atLeast(String family, long bound) {
    String number = String.format(Locale.ROOT, "%,d", bound);
    return switch (family) {
      case "emoji-run" -> number + " or more emoji in a row";
      case "length" -> number + " or more characters";
      case "brackets" -> bound == 1 ? "brackets" : "brackets nested " + number + " deep";
      case "frames" -> number + " or more frames";
      case "steps" -> number + " or more inference steps";
      default -> number + " or more pixels (width × height × frames)";
    };
  }
}
