package dev.kintsugi.core.learning;

import java.util.Set;

/**
 * A job that ran and is known to have gone well, or to have failed by its input.
 *
 * @param features by name
 * @param stratum what else may explain a failure, such as version, tenant and day: a rule must hold
 *     within it
 */
public record Sample(Set<String> features, boolean failed, String stratum) {
  public Sample {
    features = Set.copyOf(features);
  }
}
