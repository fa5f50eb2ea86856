package dev.kintsugi.node.engine;

/** The solvers of the flow that turns noise into latents. */
public enum SchedulerKind {
  UNIPC,
  EULER
}
