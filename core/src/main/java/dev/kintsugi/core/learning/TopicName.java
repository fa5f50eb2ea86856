package dev.kintsugi.core.learning;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The feature of being about a topic, such as {@code topic:dragon-castle-fire~12}.
 *
 * @param words that are more frequent in it than elsewhere; none where prompts share none
 * @param id of the topic that is kept
 */
public record TopicName(List<String> words, long id) {

  private static final String PREFIX = "topic:";
  private static final String NO_WORDS = "unnamed";
  private static final Pattern FORM =
      Pattern.compile(Pattern.quote(PREFIX) + "([^~]{1,200})~([0-9]{1,18})");

  public TopicName {
    words = List.copyOf(words);
  }

  /** Whether a feature is the name of a topic, kept or not. */
  public static boolean is(String feature) {
    return feature.startsWith(PREFIX);
  }

  /** Empty for any other feature. */
  public static Optional<TopicName> parse(String feature) {
    Matcher matcher = FORM.matcher(feature);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String label = matcher.group(1);
    return Optional.of(
        new TopicName(
            label.equals(NO_WORDS) ? List.of() : List.of(label.split("-")),
            Long.parseLong(matcher.group(2))));
  }

  public String feature() {
    return PREFIX + (words.isEmpty() ? NO_WORDS : String.join("-", words)) + "~" + id;
  }

  /** Of a topic that nobody has kept yet; never the feature of one that is kept. */
  static String fresh(int number) {
    return PREFIX + "~" + number;
  }
}
