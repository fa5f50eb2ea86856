package dev.kintsugi.core.rollout;

/** Why a rollout may not go on now. Nothing of this stops a rollback. */
public enum Hold {
  BUDGET_SPENT("the error budget is spent"),
  DRILL_RUNNING("a drill is running"),
  FREEZE_WINDOW("a freeze window is open"),
  EVIDENCE_STALE("job outcomes do not arrive"),
  STABLE_UNAVAILABLE("the stable version takes no jobs to compare with");

  private final String sentence;

  Hold(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
