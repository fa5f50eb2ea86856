package dev.kintsugi.operators.servicelevelobjective;

import dev.kintsugi.core.slo.Indicator;
import dev.kintsugi.operators.crds.Durations;
import dev.kintsugi.operators.crds.IndicatorSpec;
import dev.kintsugi.operators.crds.ServiceLevelObjective;
import dev.kintsugi.operators.crds.ServiceLevelObjectiveSpec;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A resource as the control plane takes it, every default filled in. Pure. */
final class ObjectiveCompiler {

  private static final int PERCENT_DIGITS = 2;

  private ObjectiveCompiler() {}

  /**
   * @throws IllegalArgumentException naming the field, when admission let something through
   */
  static ServiceObjective compile(ServiceLevelObjective resource) {
    ServiceLevelObjectiveSpec spec = resource.getSpec();
    Indicator.Kind kind = kind(spec);
    IndicatorSpec indicator = spec.indicator();
    boolean bounded = indicator.atLeast() != null || indicator.atMost() != null;
    return new ServiceObjective(
        resource.getMetadata().getUid(),
        resource.getMetadata().getGeneration(),
        spec.service(),
        kind.wireName(),
        bounded ? bound(kind, indicator.atLeast()) : kind.atLeast(),
        bounded ? bound(kind, indicator.atMost()) : kind.atMost(),
        indicator.query(),
        spec.degraded() == null ? null : spec.degraded().name().toLowerCase(Locale.ROOT),
        target(spec),
        window(spec.window()).toSeconds());
  }

  static Indicator.Kind kind(ServiceLevelObjectiveSpec spec) {
    String name = spec.indicator().type().wireName();
    return Indicator.Kind.of(name)
        .orElseThrow(
            () -> new IllegalArgumentException("spec.indicator.type: " + name + " is not known"));
  }

  /** Share of good events promised. */
  static double target(ServiceLevelObjectiveSpec spec) {
    String objective = spec.objective();
    return objective == null
        ? kind(spec).target()
        : number("spec.objective", objective).movePointLeft(PERCENT_DIGITS).doubleValue();
  }

  static Duration window(String text) {
    return text.endsWith("d")
        ? Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1)))
        : Durations.parse(text);
  }

  private static @Nullable Double bound(Indicator.Kind kind, @Nullable String text) {
    if (text == null) {
      return null;
    }
    return kind == Indicator.Kind.LATENCY
        ? (double) Durations.parse(text).toSeconds()
        : number("spec.indicator", text).doubleValue();
  }

  private static BigDecimal number(String field, String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(field + ": '" + text + "' is no number", e);
    }
  }
}
