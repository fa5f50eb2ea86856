package dev.kintsugi.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.PropertySource.PropertyConvention;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorSettingsTest {

  /** The names that the chart sets. */
  @Test
  void areReadFromTheEnvironmentOfThePod() {
    Map<String, Object> environment =
        Map.of(
            "KINTSUGI_OPERATOR_NAMESPACE", "elsewhere",
            "KINTSUGI_OPERATOR_NODE_IMAGE", "kintsugi/inference-node:1",
            "KINTSUGI_OPERATOR_CONTROL_PLANE_URL", "http://control-plane:8080",
            "KINTSUGI_OPERATOR_CONTROL_PLANE_TOKEN_FILE", "/var/run/secrets/kintsugi/token");
    try (ApplicationContext context =
        ApplicationContext.builder()
            .propertySources(
                PropertySource.of("pod", environment, PropertyConvention.ENVIRONMENT_VARIABLE))
            .eagerInitSingletons(false)
            .build()) {
      context.start();
      assertThat(context.getBean(OperatorSettings.class).namespace()).isEqualTo("elsewhere");
      assertThat(context.getBean(OperatorSettings.class).nodeImage())
          .isEqualTo("kintsugi/inference-node:1");
      OperatorSettings.ControlPlane controlPlane =
          context.getBean(OperatorSettings.ControlPlane.class);
      assertThat(controlPlane.url()).isEqualTo("http://control-plane:8080");
      assertThat(controlPlane.tokenFile()).isEqualTo("/var/run/secrets/kintsugi/token");
    }
  }
}
