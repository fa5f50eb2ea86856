package dev.kintsugi.core.quality;

/** What can be wrong with a clip, the worst first: a clip with several is called by the first. */
public enum Defect {
  /** A frame shows nothing that is not dark. */
  BLACK,
  /** A frame is of one colour. */
  CONSTANT,
  /** The picture stands where it should move. */
  FROZEN,
  /** The picture as a whole gets brighter and darker again. */
  FLICKER,
  /** The picture becomes another one from one frame to the next. */
  JUMP,
  /** Noise, blur, or motion without direction. */
  LOW_QUALITY
}
