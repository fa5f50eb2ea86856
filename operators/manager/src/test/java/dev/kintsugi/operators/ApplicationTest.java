package dev.kintsugi.operators;

import static dev.kintsugi.operators.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.operators.kube.OperatorRuntime;
import dev.kintsugi.operators.testkit.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The process as it is put together in a pod. */
class ApplicationTest {

  @Test
  void thePartsFitAndAnswerForThemselves() throws Exception {
    var namespace = ApiServer.get().newNamespace();
    try (KubernetesClient client = ApiServer.get().client();
        var context =
            ApplicationContext.builder()
                .properties(
                    Map.of(
                        "micronaut.server.port",
                        -1,
                        "kintsugi.operator.namespace",
                        namespace,
                        "kintsugi.operator.identity",
                        "replica-a",
                        "kintsugi.operator.lease-duration",
                        "5m"))
                .singletons(client)
                .start()) {
      var server = context.getBean(EmbeddedServer.class).start();

      eventually().until(() -> get(server, "/readyz").statusCode() == 200);
      eventually()
          .until(
              () ->
                  ApiServer.get()
                      .admin()
                      .leases()
                      .inNamespace(namespace)
                      .withName(OperatorRuntime.LEASE)
                      .get()
                      .getSpec()
                      .getHolderIdentity()
                      .equals("replica-a"));
      eventually().until(() -> get(server, "/healthz").body().equals("ok\n"));
      assertThat(get(server, "/metrics").body()).contains("jvm_memory_used_bytes");
    }
  }

  private static HttpResponse<String> get(EmbeddedServer server, String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(server.getURL() + path)).build(),
          BodyHandlers.ofString());
    }
  }
}
