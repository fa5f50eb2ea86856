package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.protocol.fleet.ServiceState;
import io.micronaut.core.convert.ConversionService;
import io.micronaut.core.value.PropertyResolver;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Services from configuration, for a control plane without operators: {@code
 * kintsugi.services[i].{namespace,name,model,deadline,ladder,nodes[j].{name,address,spot}}}, or by
 * environment {@code KINTSUGI_SERVICES_0_NODES_0_ADDRESS} and so on.
 */
@Singleton
final class StaticServices {

  private static final String REVISION = "static";

  private final PropertyResolver properties;
  private final Map<String, String> environment;
  private final List<RegisteredService> services;

  @Inject
  StaticServices(PropertyResolver properties) {
    this(properties, System.getenv());
  }

  StaticServices(PropertyResolver properties, Map<String, String> environment) {
    this.properties = properties;
    this.environment = environment;
    this.services = read();
  }

  List<RegisteredService> all() {
    return services;
  }

  private List<RegisteredService> read() {
    List<RegisteredService> found = new ArrayList<>();
    for (int i = 0; text(i + ".name").isPresent(); i++) {
      found.add(service(Integer.toString(i)));
    }
    return List.copyOf(found);
  }

  private RegisteredService service(String at) {
    String namespace = text(at + ".namespace").orElse("default");
    String name = text(at + ".name").orElseThrow();
    Duration deadline = value(at + ".deadline", Duration.class).orElse(Duration.ofHours(1));
    ServiceState state =
        new ServiceState(
            "static-" + namespace + "-" + name,
            1,
            0,
            text(at + ".model").orElse(name),
            deadline.toSeconds(),
            List.of(),
            List.of(new ServiceState.Revision(REVISION, REVISION, null, 100)),
            nodes(at),
            text(at + ".ladder").map(StaticServices::steps).orElse(null),
            null,
            null);
    List<String> problems = ServiceStateRules.problems(namespace, name, state);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "kintsugi.services." + at + ": " + String.join("; ", problems));
    }
    return new RegisteredService(namespace, name, state, true);
  }

  /** Commas between them; {@code none} is the empty ladder. */
  private static List<String> steps(String ladder) {
    return ladder.strip().equals("none")
        ? List.of()
        : Arrays.stream(ladder.split(",")).map(String::strip).toList();
  }

  private List<ServiceState.Node> nodes(String service) {
    List<ServiceState.Node> nodes = new ArrayList<>();
    for (int i = 0; text(service + ".nodes." + i + ".name").isPresent(); i++) {
      String at = service + ".nodes." + i;
      nodes.add(
          new ServiceState.Node(
              text(at + ".name").orElseThrow(),
              REVISION,
              "static",
              value(at + ".spot", Boolean.class).orElse(false),
              text(at + ".address").orElse(""),
              true,
              false));
    }
    return nodes;
  }

  private Optional<String> text(String path) {
    return value(path, String.class);
  }

  /**
   * A list in a file is addressed with brackets. Variables are read directly: the framework takes
   * the number in a variable's name for an index and loses what follows it.
   */
  private <T> Optional<T> value(String path, Class<T> type) {
    String dotted = "kintsugi.services." + path;
    String variable = dotted.replace('.', '_').toUpperCase(Locale.ROOT);
    return properties
        .getProperty(dotted.replaceAll("\\.(\\d+)", "[$1]"), type)
        .or(() -> ConversionService.SHARED.convert(environment.get(variable), type));
  }
}
