package dev.kintsugi.core.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes label selector in its text form: {@code a=b}, {@code a==b}, {@code a!=b}, {@code a
 * in (b,c)}, {@code a notin (b,c)}, {@code a} and {@code !a}, joined by commas, all of which must
 * hold.
 */
public final class LabelSelector {

  private static final String KEY = "[A-Za-z0-9][-A-Za-z0-9_./]*";
  private static final String VALUE = "[-A-Za-z0-9_.]*";
  private static final Pattern REQUIREMENT =
      Pattern.compile(
          "\\s*(?:(?<key>%1$s)\\s*(?:(?<sign>=|==|!=)\\s*(?<value>%2$s)|\\s(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))|(?<absent>!)?\\s*(?<bare>%1$s))\\s*"
              .formatted(KEY, VALUE));

  private record Requirement(String key, boolean wanted, @Nullable Set<String> values) {

    boolean holds(Map<String, String> labels) {
      String value = labels.get(key);
      boolean found = value != null && (values == null || values.contains(value));
      return found == wanted;
    }
  }

  private final List<Requirement> requirements;

  private LabelSelector(List<Requirement> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /** Empty when the text is no selector; a blank one selects everything. */
  public static Optional<LabelSelector> parse(String text) {
    List<Requirement> requirements = new ArrayList<>();
    if (text.isBlank()) {
      return Optional.of(new LabelSelector(requirements));
    }
    // A comma within brackets belongs to a set of values.
    for (String part : text.split(",(?![^(]*\\))", -1)) {
      Matcher matcher = REQUIREMENT.matcher(part);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      requirements.add(requirement(matcher));
    }
    return Optional.of(new LabelSelector(requirements));
  }

  private static Requirement requirement(Matcher matcher) {
    if (matcher.group("bare") != null) {
      return new Requirement(matcher.group("bare"), matcher.group("absent") == null, null);
    }
    String sign = matcher.group("sign");
    return sign == null
        ? new Requirement(
            matcher.group("key"),
            matcher.group("set").equals("in"),
            Stream.of(matcher.group("values").split(","))
                .map(String::strip)
                .collect(Collectors.toSet()))
        : new Requirement(matcher.group("key"), !sign.equals("!="), Set.of(matcher.group("value")));
  }

  public boolean matches(Map<String, String> labels) {
    return requirements.stream().allMatch(requirement -> requirement.holds(labels));
  }
}
