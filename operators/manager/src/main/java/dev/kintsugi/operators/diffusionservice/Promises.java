package dev.kintsugi.operators.diffusionservice;

import dev.kintsugi.core.slo.SloReview.State;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How the objectives of one service stand, in one word or two. Pure. */
final class Promises {

  /** Worst first; what is not known yet says less than what is known to be wrong. */
  private static final List<String> WORST_FIRST =
      Stream.of(State.EXHAUSTED, State.BURNING, State.WARNING, State.NO_DATA, State.OK)
          .map(State::text)
          .toList();

  private Promises() {}

  /**
   * The worst state, and how many objectives are in it when there are several; empty without
   * objectives.
   */
  static Optional<String> of(Collection<ServiceLevelObjective> objectives) {
    List<String> states = objectives.stream().map(Promises::state).toList();
    return WORST_FIRST.stream()
        .filter(states::contains)
        .findFirst()
        .map(worst -> states.size() == 1 ? worst : counted(worst, states));
  }

  private static String counted(String worst, List<String> states) {
    long same = states.stream().filter(worst::equals).count();
    return worst + " " + same + "/" + states.size();
  }

  /** Of one objective; nothing is known of one that was never evaluated. */
  static String state(ServiceLevelObjective objective) {
    var status = objective.getStatus();
    String state = status == null ? null : status.state();
    return state != null && WORST_FIRST.contains(state) ? state : State.NO_DATA.text();
  }
}
