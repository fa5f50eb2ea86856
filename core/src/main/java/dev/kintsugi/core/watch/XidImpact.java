package dev.kintsugi.core.watch;

import java.util.Set;

/**
 * What a GPU fault means for the attempt that runs at that moment. Numbers are NVIDIA's Xid. A
 * number that is not known is taken for the worst: an attempt more costs less than a wrong clip.
 */
public enum XidImpact {
  /** The driver noted something; work goes on. */
  NOTED,
  /** The work on the GPU is lost, the GPU itself is well. */
  WORK_LOST,
  /** The GPU needs a reset or a technician. */
  GPU_SICK;

  /** The number of a GPU that is gone: such a one cannot tell it any more. */
  public static final int FALLEN_OFF_THE_BUS = 79;

  /**
   * Row remapping recorded (63), many corrected memory errors (92), recovery action changed (154).
   */
  private static final Set<Integer> NOTES = Set.of(63, 92, 154);

  /**
   * Errors of a program on the GPU, their clean-up (45), and memory errors contained to it (94).
   */
  private static final Set<Integer> PROGRAM = Set.of(13, 31, 43, 45, 68, 94, 109);

  public static XidImpact of(int xid) {
    if (NOTES.contains(xid)) {
      return NOTED;
    }
    return PROGRAM.contains(xid) ? WORK_LOST : GPU_SICK;
  }
}
