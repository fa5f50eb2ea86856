package dev.kintsugi.controlplane.database;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import javax.sql.DataSource;

/** Opens the database with the application and closes it after everything that uses it. */
@Factory
final class DatabaseFactory {

  @Singleton
  @Bean(preDestroy = "close")
  Database database(
      DatabaseSettings settings,
      @Value("${kintsugi.data-dir:.kintsugi/data}") String dataDirectory) {
    return Database.open(settings, EmbeddedSettings.in(Path.of(dataDirectory, "postgres")));
  }

  @Singleton
  DataSource dataSource(Database database) {
    return database.dataSource();
  }

  @Singleton
  Transactions transactions(Database database) {
    return database.transactions();
  }
}
