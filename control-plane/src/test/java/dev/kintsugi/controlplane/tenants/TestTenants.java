package dev.kintsugi.controlplane.tenants;

import io.micronaut.context.BeanContext;

/** Lets tests of other packages make keys as the command line does. */
public final class TestTenants {

  private TestTenants() {}

  public static String key(BeanContext context, String tenant, String plan) {
    return context
        .getBean(Tenants.class)
        .createKey(new Tenant(tenant, Plan.fromStored(plan), 1))
        .secret();
  }
}
