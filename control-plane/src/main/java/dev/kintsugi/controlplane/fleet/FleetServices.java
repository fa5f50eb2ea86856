package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.controlplane.database.Sql;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** Keys of the services, for who has to agree on them with other replicas. */
@Singleton
public final class FleetServices {

  private final FleetRegistry registry;

  FleetServices(FleetRegistry registry) {
    this.registry = registry;
  }

  /** As known here: a little old, and without the stored ones before they were read. */
  public List<String> known() {
    return registry.services().stream().map(RegisteredService::key).toList();
  }

  /** As the transaction of the connection sees them; those of this process's settings as well. */
  public List<String> stored(Connection c) throws SQLException {
    List<String> stored =
        Sql.rows(c, "SELECT namespace || '/' || name FROM fleet_service", row -> row.getString(1));
    return Stream.concat(
            registry.services().stream()
                .filter(RegisteredService::fixed)
                .map(RegisteredService::key),
            stored.stream())
        .distinct()
        .toList();
  }
}
