package dev.kintsugi.core.service;

/** One word for people who read {@code kubectl get}. */
public enum Phase {
  INVALID("Invalid"),
  IDLE("Idle"),
  STARTING("Starting"),
  REPLACING("Replacing"),
  READY("Ready"),
  DEGRADED("Degraded"),
  UNAVAILABLE("Unavailable"),
  DRAINING("Draining");

  private final String text;

  Phase(String text) {
    this.text = text;
  }

  /** As it is written in a status. */
  public String text() {
    return text;
  }
}
