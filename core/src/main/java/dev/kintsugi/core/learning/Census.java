package dev.kintsugi.core.learning;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Counts jobs that did not fail, of all that the samples of a set stand for. */
@FunctionalInterface
public interface Census {

  /** Nobody counts. */
  Census NONE = (with, without) -> OptionalLong.empty();

  /**
   * Jobs that have all of some features.
   *
   * @param without conjunctions: jobs that have all features of one of them are left out, unless
   *     that cannot be told
   * @return empty where it cannot be counted
   */
  OptionalLong others(Set<String> with, List<Set<String>> without);
}
