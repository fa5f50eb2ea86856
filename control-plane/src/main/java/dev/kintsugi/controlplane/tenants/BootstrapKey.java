package dev.kintsugi.controlplane.tenants;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import jakarta.inject.Singleton;

/** Lets the keys in that whoever starts the process chose, so that a fresh start can be used. */
@Singleton
@Requires(notEnv = "command")
final class BootstrapKey implements ApplicationEventListener<StartupEvent> {

  private final Tenants tenants;
  private final String customer;
  private final String operator;

  /**
   * @param customer key of the tenant {@code default}; blank for none
   * @param operator key of an operator; blank for none
   */
  BootstrapKey(
      Tenants tenants,
      @Value("${kintsugi.bootstrap-api-key:}") String customer,
      @Value("${kintsugi.bootstrap-ops-key:}") String operator) {
    this.tenants = tenants;
    this.customer = customer.trim();
    this.operator = operator.trim();
  }

  @Override
  public void onApplicationEvent(StartupEvent event) {
    if (!customer.isEmpty()) {
      tenants.acceptKey(new Tenant(Tenants.DEFAULT, Plan.STANDARD, 1), customer);
    }
    if (!operator.isEmpty()) {
      tenants.acceptOperatorKey(operator);
    }
  }
}
