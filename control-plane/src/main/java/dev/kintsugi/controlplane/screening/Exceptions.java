package dev.kintsugi.controlplane.screening;

/** Prompts that a person looked at and lets pass from now on. */
@FunctionalInterface
public interface Exceptions {

  /** None at all. */
  Exceptions NONE = (service, prompt) -> false;

  /**
   * @param service {@code namespace/name}
   */
  boolean has(String service, String prompt);
}
