package dev.kintsugi.core.recovery;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One step of the ladder from what was asked down to a labelled placeholder. */
public enum Rung {
  /** As asked, for the first time. Not a step that a service can switch off. */
  AS_ASKED,
  /** The same node with another seed. */
  NEW_SEED,
  /** Another node, from the last checkpoint where one exists. */
  OTHER_NODE,
  /** One expert does the other one's steps. */
  AROUND_EXPERT,
  /** Half the denoise steps. */
  FEWER_STEPS,
  /** Half the latent frames: a shorter clip. */
  FEWER_FRAMES,
  /** Two thirds of each side: the 720p class becomes the 480p class. */
  SMALLER_SIZE,
  /** The smaller model beside the main one. */
  LITE_MODEL,
  /** One generated frame with a moving camera. */
  STILL_MOTION,
  /** A clip made earlier for the same tenant from the same prompt template. */
  CACHED_RESULT,
  /** A drawn clip that says it is a placeholder, with the prompt as caption. */
  FALLBACK_CLIP;

  /** Every step in the order they are tried. */
  public static final List<Rung> LADDER =
      Arrays.stream(values()).filter(rung -> rung != AS_ASKED).toList();

  /** Less than what was asked is delivered. */
  public boolean degraded() {
    return compareTo(OTHER_NODE) > 0;
  }

  /** A node makes it. */
  public boolean generates() {
    return compareTo(CACHED_RESULT) < 0;
  }

  /** Such as {@code fewer_steps}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The step of this wire name, if there is one. */
  public static Optional<Rung> step(String wireName) {
    return LADDER.stream().filter(rung -> rung.wireName().equals(wireName)).findFirst();
  }
}
