package dev.kintsugi.core.service;

/** Reasons of conditions, part of the contract: log lines, events and docs use the same words. */
public enum ConditionReason {
  SPEC_VALID("SpecValid"),
  INVALID_SPEC("InvalidSpec"),
  DELETING("Deleting"),
  SYNCED("Synced"),
  NOT_PUSHED_YET("NotPushedYet"),
  CONTROL_PLANE_UNREACHABLE("ControlPlaneUnreachable"),
  CONTROL_PLANE_UNAUTHORIZED("ControlPlaneUnauthorized"),
  CONTROL_PLANE_REFUSED("ControlPlaneRefused"),
  NODES_READY("NodesReady"),
  NODES_NOT_READY("NodesNotReady"),
  PROBE_FAILING("ProbeFailing"),
  SCALED_TO_ZERO("ScaledToZero"),
  STABLE("Stable"),
  STARTING("Starting"),
  REPLACING("Replacing"),
  DRAINING("Draining"),
  NODES_STUCK("NodesStuck"),
  ROLLED_BACK("RolledBack");

  private final String text;

  ConditionReason(String text) {
    this.text = text;
  }

  /** As it is written in a condition and an event. */
  public String text() {
    return text;
  }
}
