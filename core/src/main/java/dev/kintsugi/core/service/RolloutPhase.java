package dev.kintsugi.core.service;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a rollout is. */
public enum RolloutPhase {
  /** The canary has no node yet that could take a job. */
  PENDING("Pending"),
  PROGRESSING("Progressing"),
  /** Waits for a person. */
  PAUSED("Paused"),
  /** The canary carries everything; a warm slot of stable is kept until the bake is over. */
  BAKING("Baking"),
  PROMOTED("Promoted"),
  ROLLING_BACK("RollingBack"),
  ROLLED_BACK("RolledBack"),
  ABORTED("Aborted"),
  SUPERSEDED("Superseded");

  private final String text;

  RolloutPhase(String text) {
    this.text = text;
  }

  /** As it is written in a status. */
  public String text() {
    return text;
  }

  /** Nothing happens to it any more. */
  public boolean ended() {
    return switch (this) {
      case PROMOTED, ROLLED_BACK, ABORTED, SUPERSEDED -> true;
      case PENDING, PROGRESSING, PAUSED, BAKING, ROLLING_BACK -> false;
    };
  }

  /** Its revision is not to be tried again until the spec changes or a person says so. */
  public boolean refused() {
    return this == ROLLED_BACK || this == ABORTED;
  }

  /** Empty for a text that is none of them. */
  public static Optional<RolloutPhase> of(@Nullable String text) {
    return Arrays.stream(values()).filter(phase -> phase.text.equals(text)).findFirst();
  }
}
