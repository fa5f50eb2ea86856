package dev.kintsugi.controlplane.database;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;

/**
 * Where the database is.
 *
 * @param url JDBC URL of an external PostgreSQL 15 or newer; empty starts an embedded one
 * @param poolSize connections for durable work; half as many serve work that may be relaxed
 */
@ConfigurationProperties("kintsugi.database")
public record DatabaseSettings(
    @Bindable(defaultValue = "") String url,
    @Bindable(defaultValue = "") String username,
    @Bindable(defaultValue = "") String password,
    @Bindable(defaultValue = "12") int poolSize) {

  public boolean embedded() {
    return url.isBlank();
  }
}
