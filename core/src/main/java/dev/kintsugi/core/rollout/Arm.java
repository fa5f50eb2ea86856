package dev.kintsugi.core.rollout;

/** Which version made a job. */
public enum Arm {
  STABLE,
  CANARY
}
