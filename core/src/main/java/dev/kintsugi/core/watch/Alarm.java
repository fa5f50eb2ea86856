package dev.kintsugi.core.watch;

/**
 * An alarm that neither flickers nor repeats itself: it is raised after a number of bad looks in a
 * row, and cleared after as many good ones.
 *
 * @param raised whether the last change was for the worse
 * @param streak looks in a row that speak against the present state
 */
public record Alarm(boolean raised, int streak) {
  public static final Alarm CALM = new Alarm(false, 0);

  /** What a look showed. Between bad and good lies a range that changes nothing. */
  public enum Look {
    BAD,
    BETWEEN,
    GOOD;

    /**
     * @param bad above it is bad
     * @param good below it is good
     */
    public static Look at(double value, double bad, double good) {
      if (value > bad) {
        return BAD;
      }
      return value < good ? GOOD : BETWEEN;
    }
  }

  /** What a look changed. */
  public enum Change {
    NONE,
    RAISED,
    CLEARED
  }

  /** The alarm after a look. */
  public record Step(Alarm alarm, Change change) {}

  /**
   * @param needed looks in a row that change the state, at least 1
   */
  public Step after(Look look, int needed) {
    if (look == Look.BETWEEN) {
      return new Step(new Alarm(raised, 0), Change.NONE);
    }
    boolean against = (look == Look.BAD) != raised;
    int now = against ? streak + 1 : 0;
    if (now < needed) {
      return new Step(new Alarm(raised, now), Change.NONE);
    }
    return new Step(new Alarm(!raised, 0), raised ? Change.CLEARED : Change.RAISED);
  }
}
