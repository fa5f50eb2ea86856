package dev.kintsugi.core.novelty;

/** Whether a prompt is like those that went well. */
public sealed interface Novelty {

  /** Too few went well to tell. */
  record NotEnoughYet(long have, long need) implements Novelty {}

  /** As near as others that went well. */
  record Familiar(double distance, double limit) implements Novelty {}

  /** Further away than nearly all that went well. */
  record Strange(double distance, double limit) implements Novelty {}
}
