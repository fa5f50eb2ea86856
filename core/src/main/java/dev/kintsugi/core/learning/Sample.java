package dev.kintsugi.core.learning;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A job that ran and is known to have gone well, or to have failed by its input.
 *
 * @param features by name
 * @param stratum what else may explain a failure, such as version, tenant and day: a rule must hold
 *     within it
 * @param direction what its prompt means; null where that is not known
 */
public record Sample(
    Set<String> features, boolean failed, String stratum, @Nullable Direction direction) {
  public Sample {
    features = Set.copyOf(features);
  }

  public Sample(Set<String> features, boolean failed, String stratum) {
    this(features, failed, stratum, null);
  }
}
