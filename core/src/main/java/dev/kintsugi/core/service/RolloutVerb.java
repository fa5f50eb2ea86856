package dev.kintsugi.core.service;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a person can ask of a rollout. */
public enum RolloutVerb {
  PAUSE,
  RESUME,
  PROMOTE,
  PROMOTE_FULL,
  ABORT,
  RETRY,
  UNDO;

  /** As it is written, such as {@code promote-full}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Empty for a word that is none of them. */
  public static Optional<RolloutVerb> of(String text) {
    return Arrays.stream(values()).filter(verb -> verb.text().equals(text)).findFirst();
  }

  /** All of them, for a message. */
  public static String list() {
    return Arrays.stream(values()).map(RolloutVerb::text).collect(Collectors.joining(", "));
  }
}
