package dev.kintsugi.core.screening;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What becomes of a prompt. */
public sealed interface Screening {

  /** Why, in the order of the text; empty for a prompt that is simply taken. */
  List<Reason> reasons();

  /** A better wording that passes itself; null where none can be told without inventing. */
  @Nullable String suggestion();

  /** What comes of these reasons: of several, the gravest counts. */
  static Screening of(List<Reason> reasons, @Nullable String suggestion) {
    return reasons.stream()
        .map(reason -> reason.rule().consequence())
        .max(Comparator.naturalOrder())
        .<Screening>map(
            gravest ->
                switch (gravest) {
                  case REWRITE -> new SuggestRewrite(reasons, suggestion);
                  case SAFE_MODE -> new AcceptSafeMode(reasons, suggestion);
                  case HOLD -> new HoldForReview(reasons, suggestion);
                  case REJECT -> new Reject(reasons, suggestion);
                })
        .orElseGet(Accept::new);
  }

  /** Some reason asks that the prompt be made with more care, whatever else comes of it. */
  default boolean careful() {
    return this instanceof AcceptSafeMode
        || reasons().stream()
            .anyMatch(reason -> reason.rule().consequence() == Rule.Consequence.SAFE_MODE);
  }

  /** The same without the reasons to hold it: somebody has looked at it. */
  default Screening reviewed() {
    return of(
        reasons().stream()
            .filter(reason -> reason.rule().consequence() != Rule.Consequence.HOLD)
            .toList(),
        suggestion());
  }

  /**
   * The same with one more reason.
   *
   * @param suggestion that offends against none of them; null for none
   */
  default Screening with(Reason reason, @Nullable String suggestion) {
    return of(
        Stream.concat(Stream.of(reason), reasons().stream())
            .sorted(Comparator.comparingInt(Reason::start))
            .toList(),
        suggestion);
  }

  /** The prompt is taken. */
  record Accept() implements Screening {
    @Override
    public List<Reason> reasons() {
      return List.of();
    }

    @Override
    public @Nullable String suggestion() {
      return null;
    }
  }

  /** The prompt is taken, and another wording would do better. */
  record SuggestRewrite(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public SuggestRewrite {
      reasons = List.copyOf(reasons);
    }
  }

  /** The prompt is taken and made with more care, of which the customer is told. */
  record AcceptSafeMode(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public AcceptSafeMode {
      reasons = List.copyOf(reasons);
    }
  }

  /** The prompt waits until a person has decided. */
  record HoldForReview(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public HoldForReview {
      reasons = List.copyOf(reasons);
    }
  }

  /** The prompt is not taken. */
  record Reject(List<Reason> reasons, @Nullable String suggestion) implements Screening {
    public Reject {
      reasons = List.copyOf(reasons);
    }
  }
}
