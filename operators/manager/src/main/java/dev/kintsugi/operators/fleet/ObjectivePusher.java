package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.operators.fleet.Exchange.Version;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Keeps the control plane's objectives as the resources say, and reads what they came to. */
@Singleton
public class ObjectivePusher {

  private final Exchange<ServiceObjective, ObjectiveEvidence> exchange;

  public ObjectivePusher(FleetClient client, OperatorMetrics metrics) {
    this.exchange =
        new Exchange<>(
            client,
            metrics,
            new Exchange.Kind<>(
                "objectives/",
                ObjectiveEvidence.class,
                objective -> new Version(objective.uid(), objective.generation()),
                evidence -> new Version(evidence.uid(), evidence.observedGeneration())));
  }

  /**
   * What an exchange came to.
   *
   * @param evidence null unless synced
   */
  public record Report(FleetSync sync, @Nullable ObjectiveEvidence evidence) {}

  /**
   * Pushes what the control plane does not have yet, and reads the evidence.
   *
   * @param name {@code namespace/name}
   */
  public Report sync(String name, ServiceObjective objective) {
    var report = exchange.sync(name, objective);
    return new Report(report.sync(), report.evidence());
  }

  /**
   * Takes the objective out of the control plane.
   *
   * @return whether it is gone
   */
  public boolean remove(String name, String uid) {
    return exchange.remove(name, uid);
  }
}
