package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.core.service.FleetSync.Status;
import dev.kintsugi.operators.fleet.FleetClient.FleetException;
import dev.kintsugi.operators.health.OperatorMetrics;
import dev.kintsugi.protocol.fleet.ObjectiveEvidence;
import dev.kintsugi.protocol.fleet.ServiceObjective;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the control plane's objectives as the resources say, and reads what they came to. */
@Singleton
public class ObjectivePusher {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectivePusher.class);

  private final FleetClient client;
  private final OperatorMetrics metrics;
  private final Map<String, ServiceObjective> taken = new ConcurrentHashMap<>();

  public ObjectivePusher(FleetClient client, OperatorMetrics metrics) {
    this.client = client;
    this.metrics = metrics;
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
    try {
      ObjectiveEvidence evidence = exchange(name, objective);
      return new Report(new FleetSync(Status.SYNCED, "", 0), evidence);
    } catch (FleetException e) {
      taken.remove(name);
      metrics.pushed(e.outcome().name().toLowerCase(Locale.ROOT));
      LOG.debug("objective {} was not taken: {}", name, e.getMessage());
      return new Report(new FleetSync(e.outcome(), e.reason(), 0), null);
    }
  }

  private ObjectiveEvidence exchange(String name, ServiceObjective objective)
      throws FleetException {
    if (objective.equals(taken.get(name))) {
      try {
        ObjectiveEvidence evidence = client.objective(name);
        if (evidence.uid().equals(objective.uid())
            && evidence.observedGeneration() == objective.generation()) {
          return evidence;
        }
      } catch (FleetException e) {
        // A control plane with an empty database has forgotten it.
        if (e.status() != HttpURLConnection.HTTP_NOT_FOUND) {
          throw e;
        }
      }
    }
    ObjectiveEvidence evidence = client.put(name, objective);
    taken.put(name, objective);
    metrics.pushed("ok");
    return evidence;
  }

  /**
   * Takes the objective out of the control plane.
   *
   * @return whether it is gone
   */
  public boolean remove(String name, String uid) {
    taken.remove(name);
    try {
      client.deleteObjective(name, uid);
      return true;
    } catch (FleetException e) {
      LOG.warn("objective {} could not be taken out: {}", name, e.getMessage());
      return false;
    }
  }
}
