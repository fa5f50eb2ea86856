package dev.kintsugi.core.learning;

import dev.kintsugi.core.learning.Interception.Group;
import dev.kintsugi.core.slo.Counts;
import dev.kintsugi.core.slo.Grain;
import dev.kintsugi.core.slo.Indicator.Kind;
import dev.kintsugi.core.slo.Tally;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prompts as events of an objective. Those that ran are counted; those that were stopped are shared
 * out between good and bad as {@link Interception} tells, and rounded so that the sum over time is
 * never more than half a prompt off.
 */
public final class PromptEvents {

  private PromptEvents() {}

  /** What was done in one step of time. */
  public record Step(Grain grain, Instant start, Group done) {}

  /** Of a step: prompts stopped that would have failed, or gone well, and those that ran. */
  private record Sums(double kept, double goodStopped, long failed, long good) {
    Sums plus(Sums other) {
      return new Sums(
          kept + other.kept,
          goodStopped + other.goodStopped,
          failed + other.failed,
          good + other.good);
    }
  }

  /**
   * @param kind one {@link Kind#ofPrompts of prompts}
   * @param steps of the whole window, in hours and the last of them in minutes too
   */
  public static Counts of(Kind kind, Collection<Step> steps) {
    Map<String, Double> precisions = precisions(steps);
    Counts counts = Counts.empty();
    for (Grain grain : Grain.values()) {
      TreeMap<Instant, Sums> sums = new TreeMap<>();
      steps.stream()
          .filter(step -> step.grain() == grain)
          .forEach(step -> sums.merge(step.start(), sums(step.done(), precisions), Sums::plus));
      add(kind, grain, sums, counts);
    }
    return counts;
  }

  private static void add(Kind kind, Grain grain, TreeMap<Instant, Sums> sums, Counts counts) {
    double exact = 0;
    long told = 0;
    for (Map.Entry<Instant, Sums> one : sums.entrySet()) {
      Sums step = one.getValue();
      exact += kind == Kind.INTERCEPTION_RATE ? step.kept() : step.goodStopped();
      long stopped = Math.round(exact) - told;
      told += stopped;
      counts.add(
          grain,
          one.getKey(),
          kind == Kind.INTERCEPTION_RATE
              ? new Tally(stopped + step.failed(), step.failed(), 0, 0)
              : new Tally(stopped + step.good(), stopped, 0, 0));
    }
  }

  private static Sums sums(Group done, Map<String, Double> precisions) {
    Double precision = precisions.get(key(done));
    double kept = precision == null ? 0 : done.stopped() * precision;
    double goodStopped = precision == null ? 0 : done.stopped() - kept;
    return new Sums(kept, goodStopped, done.failed(), done.good());
  }

  /** All hours together, each rule and stage once. */
  public static Collection<Group> groups(Collection<Step> steps) {
    Map<String, Group> groups = new TreeMap<>();
    steps.stream()
        .filter(step -> step.grain() == Grain.HOUR)
        .map(Step::done)
        .forEach(done -> groups.merge(key(done), done, Interception::together));
    return groups.values();
  }

  private static Map<String, Double> precisions(Collection<Step> steps) {
    Map<String, Double> precisions = new TreeMap<>();
    Interception.precisions(groups(steps))
        .forEach((group, share) -> precisions.put(key(group), share));
    return precisions;
  }

  private static String key(Group group) {
    return group.rule() + "|" + group.stage();
  }
}
