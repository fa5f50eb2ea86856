package dev.kintsugi.controlplane.tenants;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import jakarta.inject.Singleton;

/** Lets the key in that whoever starts the process chose, so that a fresh start can be used. */
@Singleton
@Requires(property = "kintsugi.bootstrap-api-key")
final class BootstrapKey implements ApplicationEventListener<StartupEvent> {

  private final Tenants tenants;
  private final String secret;

  BootstrapKey(Tenants tenants, @Value("${kintsugi.bootstrap-api-key}") String secret) {
    this.tenants = tenants;
    this.secret = secret;
  }

  @Override
  public void onApplicationEvent(StartupEvent event) {
    if (!secret.isBlank()) {
      tenants.acceptKey(new Tenant(Tenants.DEFAULT, Plan.STANDARD, 1), secret.trim());
    }
  }
}
