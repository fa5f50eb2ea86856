package dev.kintsugi.protocol;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a query. Not its meaning: promtool and a real Prometheus check that.
 *
 * @param matchers the labels that select the series of each metric
 * @param grouping labels of by, without, on, ignoring, group_left and group_right
 */
record Promql(Map<String, Set<String>> matchers, Set<String> grouping) {

  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w.$])([a-zA-Z_]\\w*)(\\s*\\{([^}]*)})?(\\s*\\()?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

  static Promql of(String expr) {
    String text = STRING.matcher(RANGE.matcher(expr).replaceAll("")).replaceAll("\"\"");
    Set<String> grouping = new HashSet<>();
    Matcher groups = GROUPING.matcher(text);
    while (groups.find()) {
      Arrays.stream(groups.group(2).split(","))
          .map(String::strip)
          .filter(label -> !label.isEmpty())
          .forEach(grouping::add);
    }
    Map<String, Set<String>> metrics = new HashMap<>();
    Matcher names = NAME.matcher(GROUPING.matcher(text).replaceAll(" "));
    while (names.find()) {
      boolean function = names.group(4) != null;
      if (function || WORDS.contains(names.group(1))) {
        continue;
      }
      Set<String> labels = metrics.computeIfAbsent(names.group(1), name -> new HashSet<>());
      if (names.group(3) != null) {
        MATCHER.matcher(names.group(3)).results().forEach(found -> labels.add(found.group(1)));
      }
    }
    return new Promql(metrics, grouping);
  }
}
