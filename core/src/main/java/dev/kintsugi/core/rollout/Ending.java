package dev.kintsugi.core.rollout;

/** How a job ended, as far as it speaks for or against the version that made it. */
public enum Ending {
  GOOD(false),
  FAILED(true),
  /** Past its deadline, or certain to be. */
  LATE(true),
  LOW_QUALITY(true),
  /** Answered with less than was asked. */
  DEGRADED(true),
  /** A fault of a GPU, a node or the input: it counts for no version. */
  EXCUSED(false);

  private final boolean bad;

  Ending(boolean bad) {
    this.bad = bad;
  }

  /** All kinds of bad jobs weigh the same in the verdict. */
  public boolean bad() {
    return bad;
  }
}
