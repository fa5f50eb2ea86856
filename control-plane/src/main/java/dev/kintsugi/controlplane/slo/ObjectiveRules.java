package dev.kintsugi.controlplane.slo;

import dev.kintsugi.core.slo.Indicator;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.Objective;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an objective must satisfy. Reports every problem at once, each naming its field. */
final class ObjectiveRules {

  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_QUERY = 4096;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private final List<String> problems = new ArrayList<>();

  private ObjectiveRules() {}

  /** Empty when the objective may be put in force. */
  static List<String> problems(String namespace, String name, ServiceObjective pushed) {
    ObjectiveRules rules = new ObjectiveRules();
    rules.require(LABEL.matcher(namespace).matches(), "namespace: must be a DNS label");
    rules.require(SUBDOMAIN.matcher(name).matches(), "name: must be a DNS subdomain");
    rules.check(pushed);
    return List.copyOf(rules.problems);
  }

  private void check(ServiceObjective pushed) {
    require(text(pushed.uid(), LONGEST_NAME), "uid: must be 1 to 253 characters");
    require(pushed.generation() >= 1, "generation: must be at least 1");
    require(text(pushed.service(), LONGEST_NAME), "service: must be 1 to 253 characters");
    require(pushed.target() > 0 && pushed.target() < 1, "target: must be above 0 and below 1");
    long shortest = Objective.SHORTEST.toSeconds();
    long longest = Objective.LONGEST.toSeconds();
    require(
        pushed.windowSeconds() >= shortest && pushed.windowSeconds() <= longest,
        "window_seconds: must be " + shortest + " to " + longest);
    require(
        pushed.degraded() == null || Indicator.DegradedCounts.of(pushed.degraded()).isPresent(),
        "degraded: must be good, half or bad");
    Optional<Kind> kind = Kind.of(String.valueOf(pushed.indicator()));
    String kinds =
        Arrays.stream(Kind.values()).map(Kind::wireName).collect(Collectors.joining(", "));
    require(kind.isPresent(), "indicator: must be one of " + kinds);
    kind.ifPresent(known -> checkBounds(known, pushed));
  }

  private void checkBounds(Kind kind, ServiceObjective pushed) {
    Double least = pushed.atLeast();
    Double most = pushed.atMost();
    if (kind.unbounded()) {
      require(least == null && most == null, "at_most: " + kind.wireName() + " has no bound");
    } else {
      require(least != null || most != null, "at_most: " + kind.wireName() + " needs a bound");
    }
    require(finite(least), "at_least: must be a finite number");
    require(finite(most), "at_most: must be a finite number");
    require(least == null || most == null || least <= most, "at_least: must not exceed at_most");
    if (kind == Kind.PROMETHEUS) {
      require(text(pushed.query(), LONGEST_QUERY), "query: must be 1 to 4096 characters");
    } else {
      require(pushed.query() == null, "query: only the prometheus indicator has one");
    }
  }

  private static boolean finite(@Nullable Double value) {
    return value == null || Double.isFinite(value);
  }

  private static boolean text(@Nullable String value, int longest) {
    return value != null && !value.isBlank() && value.length() <= longest;
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
