package dev.kintsugi.controlplane.tenants;

import dev.kintsugi.controlplane.tenants.TenantStore.StoredKey;
import io.micronaut.context.ApplicationContext;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keys}: makes, lists and revokes API keys, on the database the settings name. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Makes, lists and revokes API keys.")
public final class KeysCommand {

  @Spec private @Nullable CommandSpec spec;

  @Command(name = "create", description = "Makes a key and prints it; it cannot be shown again.")
  int create(
      @Option(
              names = "--role",
              defaultValue = "customer",
              description = "customer (opens /v1) or operator (opens /ops).")
          String role,
      @Option(names = "--tenant", description = "Of a customer; made if it does not exist.")
          @Nullable String tenant,
      @Option(names = "--plan", defaultValue = "standard", description = "free or standard.")
          String plan,
      @Option(
              names = "--weight",
              defaultValue = "1",
              description = "Share of the queue relative to other tenants.")
          double weight) {
    return with(
        tenants -> {
          Tenants.NewKey key =
              switch (role(role)) {
                case CUSTOMER -> tenants.createKey(new Tenant(named(tenant), plan(plan), weight));
                case OPERATOR -> operator(tenants, tenant);
              };
          out().println(key.secret());
          return 0;
        });
  }

  @Command(name = "list", description = "Lists keys, without their secrets.")
  int list() {
    return with(
        tenants -> {
          String row = "%-21s %-9s %-20s %-9s %-7s %-6s %-8s %s%n";
          out().printf(row, "ID", "ROLE", "TENANT", "PLAN", "WEIGHT", "KEY", "STATE", "CREATED");
          for (StoredKey key : tenants.keys()) {
            out()
                .printf(
                    row,
                    key.id(),
                    key.role().storedName(),
                    key.role() == Role.OPERATOR ? "-" : key.tenant(),
                    key.plan().storedName(),
                    key.weight(),
                    key.hint(),
                    key.revoked() ? "revoked" : "valid",
                    key.createdAt());
          }
          return 0;
        });
  }

  @Command(name = "revoke", description = "Ends a key at once.")
  int revoke(@Parameters(paramLabel = "ID", description = "From 'keys list'.") String id) {
    return with(
        tenants -> {
          boolean revoked = tenants.revoke(id);
          out().println(revoked ? "Revoked " + id + "." : "There is no valid key " + id + ".");
          return revoked ? 0 : 1;
        });
  }

  @Command(
      name = "webhook-secret",
      description = "Prints what a tenant's webhooks are signed with.")
  int webhookSecret(@Option(names = "--tenant", required = true) String tenant) {
    return with(
        tenants -> {
          out().println(tenants.webhookSecret(tenant).orElse("There is no tenant " + tenant + "."));
          return tenants.webhookSecret(tenant).isPresent() ? 0 : 1;
        });
  }

  private static Tenants.NewKey operator(Tenants tenants, @Nullable String tenant) {
    if (tenant != null) {
      throw new IllegalArgumentException(
          "an operator's key belongs to no tenant; leave --tenant out");
    }
    return tenants.createOperatorKey();
  }

  private static String named(@Nullable String tenant) {
    if (tenant == null) {
      throw new IllegalArgumentException("a customer's key needs --tenant");
    }
    return tenant;
  }

  private static Role role(String name) {
    try {
      return Role.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException("a role is customer or operator; got '" + name + "'");
    }
  }

  private static Plan plan(String name) {
    try {
      return Plan.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException("a plan is free or standard; got '" + name + "'");
    }
  }

  private int with(ToIntFunction<Tenants> work) {
    try (ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .environments("command")
            .properties(Map.of("kintsugi.database.attach", true))
            .banner(false)
            .start()) {
      int exit = work.applyAsInt(context.getBean(Tenants.class));
      out().flush();
      return exit;
    } catch (RuntimeException refused) {
      Throwable cause = refused;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      err().println("keys: " + cause.getMessage());
      err().flush();
      return 2;
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }
}
