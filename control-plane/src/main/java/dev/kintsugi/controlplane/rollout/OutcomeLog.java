package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.core.rollout.Arm;
import dev.kintsugi.core.rollout.Evidence;
import dev.kintsugi.core.rollout.JobOutcome;
import dev.kintsugi.core.rollout.VerdictPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes and ratings in the order that evidence folds them in, and their fold. What is added at
 * the end costs one step; what changes earlier is folded again from the mark before it. So whoever
 * reads the same ledger has the same evidence, in whatever order it learned of it.
 */
final class OutcomeLog {

  private static final int MARK_EVERY = 256;

  private static final Comparator<Event> ORDER =
      Comparator.comparing(Event::at)
          .thenComparing(Event::job)
          .thenComparing(Event::arm)
          .thenComparing(Event::isRating);

  private final List<Event> events = new ArrayList<>();
  private final List<Evidence> marks = new ArrayList<>();
  private Evidence current;
  private int folded;

  OutcomeLog(VerdictPolicy policy) {
    this.current = Evidence.none(policy);
  }

  /**
   * Something that evidence learns.
   *
   * @param outcome null for a rating that came later
   * @param stars of the rating
   */
  record Event(Instant at, String job, Arm arm, @Nullable JobOutcome outcome, int stars) {

    static Event of(JobOutcome outcome) {
      return new Event(outcome.at(), outcome.job(), outcome.arm(), outcome, 0);
    }

    boolean isRating() {
      return outcome == null;
    }
  }

  void add(Event event) {
    int place = Collections.binarySearch(events, event, ORDER);
    if (place >= 0) {
      throw new IllegalStateException(event + " is there already");
    }
    events.add(-place - 1, event);
    forgetFrom(-place - 1);
  }

  void remove(Event event) {
    int place = Collections.binarySearch(events, event, ORDER);
    events.remove(place);
    forgetFrom(place);
  }

  Evidence evidence() {
    while (folded < events.size()) {
      if (folded % MARK_EVERY == 0 && marks.size() == folded / MARK_EVERY) {
        marks.add(current);
      }
      current = with(current, events.get(folded));
      folded++;
    }
    return current;
  }

  private void forgetFrom(int place) {
    if (place >= folded) {
      return;
    }
    int mark = place / MARK_EVERY;
    marks.subList(mark + 1, marks.size()).clear();
    current = marks.get(mark);
    folded = mark * MARK_EVERY;
  }

  private static Evidence with(Evidence evidence, Event event) {
    return event.outcome() == null
        ? evidence.withRating(event.arm(), event.stars())
        : evidence.with(event.outcome());
  }
}
