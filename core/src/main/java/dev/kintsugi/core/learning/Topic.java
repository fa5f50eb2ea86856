package dev.kintsugi.core.learning;

/**
 * What prompts are about: all that point nearly the same way.
 *
 * @param centre mean direction of the prompts it was found by
 * @param leastCosine of a prompt's direction and the centre, -1 to 1
 */
public record Topic(Direction centre, double leastCosine) {

  /** Whether a prompt is about it; never one of another model. */
  public boolean has(Direction direction) {
    return centre.comparable(direction) && direction.cosine(centre) >= leastCosine;
  }
}
