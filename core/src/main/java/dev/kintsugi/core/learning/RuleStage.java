package dev.kintsugi.core.learning;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much a rule may do. */
public enum RuleStage {
  /** Found, and nothing yet. */
  CANDIDATE,
  /** It stops nothing; what it would have stopped is watched. */
  SHADOW,
  /** It stops a part of its prompts; the others are watched. */
  CANARY,
  /** It stops its prompts but for a few that are let through to see whether it is still true. */
  ENFORCED,
  /** It does nothing any more. */
  RETIRED;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<RuleStage> fromWire(String name) {
    return Arrays.stream(values()).filter(stage -> stage.wireName().equals(name)).findFirst();
  }
}
