package dev.kintsugi.core.admission;

import java.util.List;

/** Outcome of checking input: the value, or every problem found. */
public sealed interface Checked<T> {

  /** Nothing is wrong. */
  record Valid<T>(T value) implements Checked<T> {}

  /**
   * @param problems at least one, in the order of the documented fields
   */
  record Invalid<T>(List<Problem> problems) implements Checked<T> {}

  /** {@code Valid} when there are no problems. */
  static <T> Checked<T> of(T value, List<Problem> problems) {
    return problems.isEmpty() ? new Valid<>(value) : new Invalid<>(List.copyOf(problems));
  }
}
