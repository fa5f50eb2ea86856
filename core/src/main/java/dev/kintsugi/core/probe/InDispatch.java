package dev.kintsugi.core.probe;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which of a service's nodes customers' jobs may go to. A node that fails its probes, or has no
 * usable expert left, is left out while a better one is there. Where none is, all that can be asked
 * at all are used: a lesser chance is better than none, recovery catches what fails, and a probe
 * that is wrong about every node must not end the service.
 */
public final class InDispatch {

  private InDispatch() {}

  /**
   * A node of the service.
   *
   * @param usable reachable, warm and not draining
   * @param main not every expert of its main model is quarantined
   * @param out fails its probes
   */
  public record Standing(String node, boolean usable, boolean main, boolean out) {

    boolean good() {
      return usable && main && !out;
    }
  }

  /** Why. */
  public enum Reason {
    /** Every usable node takes jobs. */
    ALL_IN,
    /** Good nodes carry what others are left out of. */
    SOME_OUT,
    /** No node is good, so every usable one takes jobs. */
    LAST_RESORT
  }

  /**
   * The nodes, and why.
   *
   * @param left usable nodes that get no job
   */
  public record Choice(Set<String> nodes, Reason reason, int left) {}

  public static Choice choose(List<Standing> standings) {
    Set<String> usable = names(standings, Standing::usable);
    Set<String> good = names(standings, Standing::good);
    if (good.isEmpty()) {
      return new Choice(usable, usable.isEmpty() ? Reason.ALL_IN : Reason.LAST_RESORT, 0);
    }
    int left = usable.size() - good.size();
    return new Choice(good, left == 0 ? Reason.ALL_IN : Reason.SOME_OUT, left);
  }

  private static Set<String> names(List<Standing> standings, Predicate<Standing> which) {
    return standings.stream()
        .filter(which)
        .map(Standing::node)
        .collect(Collectors.toUnmodifiableSet());
  }
}
