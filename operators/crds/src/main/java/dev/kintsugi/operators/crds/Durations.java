package dev.kintsugi.operators.crds;

import java.time.Duration;
import java.util.regex.Pattern;

/** The one form of duration in our resources: a positive whole number and s, m or h. */
public final class Durations {

  static final String RULE = "self.matches('^[1-9][0-9]{0,5}[smh]$')";
  private static final Pattern FORM = Pattern.compile("[1-9][0-9]{0,5}[smh]");

  private Durations() {}

  /**
   * @throws IllegalArgumentException naming the text, when admission let something else through
   */
  public static Duration parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a positive duration such as 90s, 15m or 2h");
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(number);
      case 'm' -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }
}
