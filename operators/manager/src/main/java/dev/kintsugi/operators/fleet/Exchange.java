package dev.kintsugi.operators.fleet;

import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.core.service.FleetSync.Status;
import dev.kintsugi.operators.fleet.FleetClient.FleetException;
import dev.kintsugi.operators.health.OperatorMetrics;
import java.net.HttpURLConnection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one kind of thing in the control plane as the resources say, and reads what each came to.
 *
 * @param <B> what is pushed; its equality is that of what is in force
 * @param <E> evidence
 */
final class Exchange<B, E> {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final FleetClient client;
  private final OperatorMetrics metrics;
  private final Kind<B, E> kind;
  private final Map<String, B> taken = new ConcurrentHashMap<>();

  /** Which version of the resource something is about. */
  record Version(String uid, long generation) {}

  /**
   * @param path below {@code /fleet/v1/}, with a slash at its end
   */
  record Kind<B, E>(
      String path, Class<E> evidence, Function<B, Version> pushed, Function<E, Version> observed) {}

  /**
   * What an exchange came to.
   *
   * @param evidence null unless synced
   */
  record Report<E>(FleetSync sync, @Nullable E evidence) {}

  Exchange(FleetClient client, OperatorMetrics metrics, Kind<B, E> kind) {
    this.client = client;
    this.metrics = metrics;
    this.kind = kind;
  }

  /**
   * Pushes what the control plane does not have yet, and reads the evidence.
   *
   * @param name {@code namespace/name}
   */
  Report<E> sync(String name, B body) {
    try {
      E evidence = exchange(name, body);
      return new Report<>(new FleetSync(Status.SYNCED, "", 0), evidence);
    } catch (FleetException e) {
      taken.remove(name);
      metrics.pushed(e.outcome().name().toLowerCase(Locale.ROOT));
      LOG.debug("{}{} was not taken: {}", kind.path(), name, e.getMessage());
      return new Report<>(new FleetSync(e.outcome(), e.reason(), 0), null);
    }
  }

  private E exchange(String name, B body) throws FleetException {
    if (body.equals(taken.get(name))) {
      try {
        E evidence = client.get(kind.path() + name, kind.evidence());
        if (kind.observed().apply(evidence).equals(kind.pushed().apply(body))) {
          return evidence;
        }
      } catch (FleetException e) {
        // A control plane with an empty database has forgotten it.
        if (e.status() != HttpURLConnection.HTTP_NOT_FOUND) {
          throw e;
        }
      }
    }
    E evidence = client.put(kind.path() + name, body, kind.evidence());
    taken.put(name, body);
    metrics.pushed("ok");
    return evidence;
  }

  /**
   * Takes it out of the control plane.
   *
   * @return whether it is gone
   */
  boolean remove(String name, String uid) {
    taken.remove(name);
    try {
      client.remove(kind.path() + name, uid);
      return true;
    } catch (FleetException e) {
      LOG.warn("{}{} could not be taken out: {}", kind.path(), name, e.getMessage());
      return false;
    }
  }
}
