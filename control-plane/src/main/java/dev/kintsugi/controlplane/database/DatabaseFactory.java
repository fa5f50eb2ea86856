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
      @Value("${kintsugi.data-dir:.kintsugi/data}") String dataDirectory,
      @Value("${kintsugi.database.attach:false}") boolean attach) {
    EmbeddedSettings embedded = EmbeddedSettings.in(Path.of(dataDirectory, "postgres"));
    DatabaseSettings chosen =
        attach && settings.embedded()
            ? RunningPostgres.in(embedded, settings.poolSize()).orElse(settings)
            : settings;
    return Database.open(chosen, embedded);
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
