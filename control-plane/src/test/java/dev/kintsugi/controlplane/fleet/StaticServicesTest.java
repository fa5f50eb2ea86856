package dev.kintsugi.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.recovery.Rung;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.PropertySource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StaticServicesTest {

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "KINTSUGI_SERVICES_0_NAMESPACE", "studio",
          "KINTSUGI_SERVICES_0_NAME", "wan-tiny",
          "KINTSUGI_SERVICES_0_MODEL", "wan-tiny",
          "KINTSUGI_SERVICES_0_DEADLINE", "90s",
          "KINTSUGI_SERVICES_0_NODES_0_NAME", "node-0",
          "KINTSUGI_SERVICES_0_NODES_0_ADDRESS", "http://127.0.0.1:9001",
          "KINTSUGI_SERVICES_0_NODES_1_NAME", "node-1",
          "KINTSUGI_SERVICES_0_NODES_1_ADDRESS", "http://127.0.0.1:9002");

  @Test
  void readsTheEnvironment() {
    try (ApplicationContext context = context(Map.of())) {
      context.getEnvironment().start();
      List<RegisteredService> services =
          new StaticServices(context.getEnvironment(), ENVIRONMENT).all();
      assertOneService(services);
      assertThat(services.getFirst().ladder()).isEqualTo(Rung.LADDER);
    }
  }

  @Test
  void readsLists() {
    Map<String, Object> service =
        Map.of(
            "namespace", "studio",
            "name", "wan-tiny",
            "deadline", "90s",
            "ladder", "new_seed, fallback_clip",
            "nodes",
                List.of(
                    Map.of("name", "node-0", "address", "http://127.0.0.1:9001"),
                    Map.of("name", "node-1", "address", "http://127.0.0.1:9002")));
    try (ApplicationContext context = context(Map.of("kintsugi.services", List.of(service)))) {
      context.getEnvironment().start();
      List<RegisteredService> services = new StaticServices(context.getEnvironment()).all();
      assertOneService(services);
      assertThat(services.getFirst().ladder()).containsExactly(Rung.NEW_SEED, Rung.FALLBACK_CLIP);
    }
  }

  @Test
  void namesTheFieldThatIsWrong() {
    try (ApplicationContext context =
        context(
            Map.of(
                "kintsugi.services[0].name", "wan",
                "kintsugi.services[0].nodes[0].name", "n",
                "kintsugi.services[0].nodes[0].address", "localhost"))) {
      context.getEnvironment().start();
      assertThatThrownBy(() -> new StaticServices(context.getEnvironment()))
          .hasMessageContaining("kintsugi.services.0")
          .hasMessageContaining("nodes[0].address");
    }
  }

  private static ApplicationContext context(Map<String, Object> properties) {
    return ApplicationContext.builder()
        .propertySources(PropertySource.of("test", properties))
        .build();
  }

  private static void assertOneService(List<RegisteredService> services) {
    assertThat(services).hasSize(1);
    RegisteredService service = services.getFirst();
    assertThat(service.key()).isEqualTo("studio/wan-tiny");
    assertThat(service.state().deadlineSeconds()).isEqualTo(90);
    assertThat(service.state().model()).isEqualTo("wan-tiny");
    assertThat(service.nodes()).extracting(FleetNode::nodeId).containsExactly("node-0", "node-1");
    assertThat(service.nodes())
        .extracting(FleetNode::address)
        .containsExactly("http://127.0.0.1:9001", "http://127.0.0.1:9002");
  }
}
