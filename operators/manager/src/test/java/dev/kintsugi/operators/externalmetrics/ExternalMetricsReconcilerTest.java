package dev.kintsugi.operators.externalmetrics;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.testkit.ApiServer;
import dev.kintsugi.operators.testkit.FakeControlPlane;
import dev.kintsugi.operators.testkit.FakeMetricsApi;
import dev.kintsugi.operators.testkit.RunningOperator;
import io.fabric8.kubernetes.api.model.APIService;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The registration as the chart makes it and with no more rights than the chart gives, on a real
 * API server that passes requests on.
 */
class ExternalMetricsReconcilerTest {

  private static final ApiServer SERVER = ApiServer.get();
  private static final String SYSTEM = "kintsugi-system";
  private static final String API = "v1beta1.external.metrics.k8s.io";

  private final KubernetesClient admin = SERVER.admin();

  @BeforeAll
  static void installTheChart() throws Exception {
    SERVER.kubectl("create", "namespace", SYSTEM);
    SERVER.installChart(SYSTEM);
  }

  /** While a provider is away no namespace can be deleted. */
  @AfterAll
  static void removeTheRegistration() throws Exception {
    SERVER.kubectl("delete", "apiservice", API);
    SERVER.kubectl("-n", SYSTEM, "delete", "service", "kintsugi-control-plane");
  }

  private RunningOperator operator(FakeControlPlane plane) {
    return RunningOperator.start(
        RunningOperator.settings(SYSTEM, "metrics", false),
        SERVER.client(SERVER.token(SYSTEM, "kintsugi-operator")),
        plane);
  }

  private APIService registration() {
    return admin.resources(APIService.class).withName(API).get();
  }

  private Secret secret() {
    return admin.secrets().inNamespace(SYSTEM).withName(ExternalMetricsReconciler.SECRET).get();
  }

  @Test
  void apiServersReachTheMetricsWithTheKeysOfTheOperator() throws Exception {
    try (var plane = new FakeControlPlane();
        var _ = operator(plane)) {
      eventually().until(() -> registration().getSpec().getCaBundle() != null);
      Secret made = secret();
      assertThat(made.getData())
          .containsOnlyKeys(
              "ca.crt", "ca.key", "tls.crt", "tls.key", "front-proxy-ca.crt", "front-proxy-names");
      assertThat(registration().getSpec().getCaBundle()).isEqualTo(made.getData().get("ca.crt"));
      assertThat(registration().getSpec().getInsecureSkipTLSVerify()).isNotEqualTo(true);

      try (var metrics = new FakeMetricsApi(made.getData())) {
        route(metrics.port());
        eventually().until(() -> conditions().getOrDefault("Available", "").equals("True"));
        // Whoever passes requests on learns that it is available after it was written down.
        eventually().untilAsserted(() -> assertThat(value()).contains("\"value\":\"7\""));
      }

      admin.resource(made).delete();
      touch();
      eventually().until(() -> secret() != null);
      assertThat(secret().getData().get("ca.crt")).isNotEqualTo(made.getData().get("ca.crt"));
      eventually()
          .until(
              () ->
                  registration().getSpec().getCaBundle().equals(secret().getData().get("ca.crt")));
    }
  }

  /** The API server is not in the cluster's network: its requests go to this machine. */
  private void route(int port) throws Exception {
    SERVER.kubectl("-n", SYSTEM, "delete", "service", "kintsugi-control-plane");
    admin
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("kintsugi-control-plane")
                .withNamespace(SYSTEM)
                .endMetadata()
                .withNewSpec()
                .withType("ExternalName")
                .withExternalName("localhost")
                .endSpec()
                .build())
        .create();
    SERVER.kubectl(
        "patch",
        "apiservice",
        API,
        "--type=merge",
        "-p",
        "{\"spec\":{\"service\":{\"port\":" + port + "}}}");
  }

  private static String value() throws Exception {
    return SERVER
        .kubectl(
            "get", "--raw", "/apis/external.metrics.k8s.io/v1beta1/namespaces/studio/video_qps")
        .text();
  }

  private void touch() throws Exception {
    SERVER.kubectl("annotate", "apiservice", API, "touched=yes");
  }

  private Map<String, String> conditions() {
    return List.copyOf(registration().getStatus().getConditions()).stream()
        .collect(Collectors.toMap(c -> c.getType(), c -> c.getStatus()));
  }
}
