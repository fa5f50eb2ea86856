package dev.kintsugi.core.service;

/**
 * The conditions of a DiffusionService. Positive polarity: True is good, or busy for Progressing.
 */
public enum ConditionType {
  ACCEPTED("Accepted"),
  FLEET_SYNCED("FleetSynced"),
  AVAILABLE("Available"),
  READY("Ready"),
  PROGRESSING("Progressing");

  private final String text;

  ConditionType(String text) {
    this.text = text;
  }

  /** As it is written in a status. */
  public String text() {
    return text;
  }
}
