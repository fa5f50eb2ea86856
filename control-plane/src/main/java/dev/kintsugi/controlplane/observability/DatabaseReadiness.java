package dev.kintsugi.controlplane.observability;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** The database answers. */
@Singleton
final class DatabaseReadiness implements ReadinessCheck {

  private static final int SECONDS = 2;

  private final DataSource database;

  DatabaseReadiness(DataSource database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "database";
  }

  @Override
  public Optional<String> problem() {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(SECONDS)
          ? Optional.empty()
          : Optional.of("The database does not answer within " + SECONDS + " s.");
    } catch (SQLException | RuntimeException unavailable) {
      return Optional.of("The database is not reachable: " + unavailable.getMessage());
    }
  }
}
