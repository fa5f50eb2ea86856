package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.testkit.TestServer;
import io.micronaut.context.BeanContext;
import java.time.Clock;
import java.util.List;

/** Lets tests of other packages make keys as the command line does. */
public final class TestTenants {

  private TestTenants() {}

  public static String key(BeanContext context, String tenant, String plan) {
    return context
        .getBean(Tenants.class)
        .createKey(new Tenant(tenant, Plan.fromStored(plan), 1))
        .secret();
  }

  /** Removes a tenant's data from these keepers, one after the other. */
  public static void erase(TestServer server, String tenant, List<TenantData> keepers) {
    new TenantErasures(keepers, server.bean(TenantStore.class), Clock.systemUTC())
        .erase(tenant, tenant, false, "key_of_the_test", null);
  }
}
