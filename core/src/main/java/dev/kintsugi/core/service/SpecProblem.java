package dev.kintsugi.core.service;

/**
 * One thing wrong with a spec that admission could not see.
 *
 * @param field JSON path, such as {@code spec.runtime.resources.requests.memory}
 * @param message what is wrong and what would be right, without the field
 */
public record SpecProblem(String field, String message) {

  @Override
  public String toString() {
    return field + ": " + message;
  }
}
