package dev.kintsugi.controlplane.slo;

import dev.kintsugi.core.slo.Indicator;
import dev.kintsugi.core.slo.Objective;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import java.time.Duration;

/**
 * An objective in force.
 *
 * @param id of its counts: a change of the objective gives a new one
 * @param objective the pushed one, as the decisions know it
 */
record StoredObjective(
    long id, String namespace, String name, ServiceObjective pushed, Objective objective) {

  static StoredObjective of(long id, String namespace, String name, ServiceObjective pushed) {
    Indicator.Kind kind = Indicator.Kind.of(pushed.indicator()).orElseThrow();
    Objective objective =
        new Objective(
            new Indicator(kind, pushed.atLeast(), pushed.atMost()),
            Indicator.DegradedCounts.of(String.valueOf(pushed.degraded())).orElse(kind.degraded()),
            pushed.target(),
            Duration.ofSeconds(pushed.windowSeconds()));
    return new StoredObjective(id, namespace, name, pushed, objective);
  }

  /** {@code namespace/name} of the objective. */
  String key() {
    return namespace + "/" + name;
  }

  /** {@code namespace/name} of the service, the queue's name of it. */
  String service() {
    return namespace + "/" + pushed.service();
  }
}
