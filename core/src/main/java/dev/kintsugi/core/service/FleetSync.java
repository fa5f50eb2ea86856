package dev.kintsugi.core.service;

/**
 * How the control plane took the last state pushed to it.
 *
 * @param status how it went
 * @param detail what was wrong, one sentence; empty where nothing was
 * @param jobsRunning attempts in flight as the control plane counts them; 0 while unknown
 */
public record FleetSync(Status status, String detail, long jobsRunning) {

  /** Outcome of the last push. */
  public enum Status {
    /** Nothing was pushed since this operator started. */
    NOT_PUSHED,
    SYNCED,
    UNREACHABLE,
    UNAUTHORIZED,
    REFUSED
  }

  public static FleetSync notPushed() {
    return new FleetSync(Status.NOT_PUSHED, "", 0);
  }
}
