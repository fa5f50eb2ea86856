package dev.kintsugi.core.node;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which expert of a model runs the steps of which, when some must not be used. */
public final class ExpertChoice {

  private ExpertChoice() {}

  /**
   * What is known before a run.
   *
   * @param experts names of the model's experts, high-noise first; at least one
   * @param weights weight by name; 0 is quarantined, an expert without one has weight 1
   * @param avoid an expert the run was asked to do without; a name the model does not have changes
   *     nothing, as with a lite model
   */
  public record Situation(
      List<String> experts, Map<String, Double> weights, @Nullable String avoid) {}

  /** Why an expert is left out. */
  public enum Reason {
    QUARANTINED,
    AVOIDED
  }

  /** The choice. */
  public sealed interface Decision {

    /** Experts that are left out, and why. */
    Map<String, Reason> out();

    /**
     * The run can be made.
     *
     * @param instead for each expert that is left out, the one that takes its steps
     */
    record Run(Map<String, Reason> out, Map<String, String> instead) implements Decision {}

    /** No expert is left: another node, or another model of this one, must make the clip. */
    record NoExpert(Map<String, Reason> out) implements Decision {}
  }

  /**
   * An expert with no weight, or one to be avoided, gives its steps to the first that is left. A
   * run by a sick expert alone is not made: its clip was already judged three times.
   */
  public static Decision decide(Situation in) {
    Map<String, Reason> out = new LinkedHashMap<>();
    Set<String> left = new LinkedHashSet<>();
    for (String expert : in.experts()) {
      if (!(in.weights().getOrDefault(expert, 1.0) > 0)) {
        out.put(expert, Reason.QUARANTINED);
      } else if (expert.equals(in.avoid())) {
        out.put(expert, Reason.AVOIDED);
      } else {
        left.add(expert);
      }
    }
    Optional<String> first = left.stream().findFirst();
    if (first.isEmpty()) {
      return new Decision.NoExpert(Map.copyOf(out));
    }
    Map<String, String> instead = new LinkedHashMap<>();
    out.keySet().forEach(expert -> instead.put(expert, first.get()));
    return new Decision.Run(Map.copyOf(out), Map.copyOf(instead));
  }
}
