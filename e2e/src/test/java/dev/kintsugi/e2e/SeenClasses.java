package dev.kintsugi.e2e;

import dev.kintsugi.protocol.node.FailureClass;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The failure classes that the product itself named in this run, with what was done to it and in
 * which scenario. Only what was read from the product's own answers is noted.
 */
final class SeenClasses implements BeforeEachCallback {
  private static final Map<FailureClass, Seen> SEEN = new TreeMap<>();
  private static String scenario = "";

  /** Where the product named a class. */
  enum ToldBy {
    CASE("case"),
    TIMELINE("timeline of a case"),
    NODE_EVENT("event of the node");

    private final String words;

    ToldBy(String words) {
      this.words = words;
    }
  }

  private record Seen(
      SortedSet<String> causes, SortedSet<String> toldBy, SortedSet<String> scenarios) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    scenario =
        context.getRequiredTestClass().getSimpleName()
            + "."
            + context.getRequiredTestMethod().getName();
  }

  /**
   * @param name as the product wrote it
   * @param cause what was done, such as the kind of an injected fault
   */
  static void saw(String name, String cause, ToldBy toldBy) {
    Seen seen =
        SEEN.computeIfAbsent(
            FailureClass.valueOf(name),
            any -> new Seen(new TreeSet<>(), new TreeSet<>(), new TreeSet<>()));
    seen.causes().add(cause);
    seen.toldBy().add(toldBy.words);
    seen.scenarios().add(scenario);
  }

  static List<FailureClass> neverSeen() {
    return Arrays.stream(FailureClass.values()).filter(each -> !SEEN.containsKey(each)).toList();
  }

  /** One row for each class that was seen, in Markdown. */
  static String table() {
    return SEEN.entrySet().stream()
        .map(
            each ->
                "| `%s` | %s | %s | %s |%n"
                    .formatted(
                        each.getKey(),
                        listed(each.getValue().causes()),
                        listed(each.getValue().toldBy()),
                        listed(each.getValue().scenarios())))
        .collect(Collectors.joining());
  }

  private static String listed(Set<String> words) {
    return String.join(", ", words);
  }
}
