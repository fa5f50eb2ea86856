package dev.kintsugi.controlplane.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.queue.NewJob;
import dev.kintsugi.controlplane.scaling.TestAuthority.Issued;
import dev.kintsugi.controlplane.testkit.TestJobs;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.video.Priority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API as an API server calls it: over TLS, with the front proxy's certificate. */
class ExternalMetricsTest {

  private static final String TOKEN = "fleet-token-of-this-test";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path keys;
  private static TestAuthority serving;
  private static TestAuthority frontProxy;
  private static Issued apiServer;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    serving = new TestAuthority("serving");
    frontProxy = new TestAuthority("front-proxy-ca");
    apiServer = frontProxy.issue("front-proxy");
    mount(serving.issue("external-metrics"));
    server =
        TestServer.start(
            Map.of(
                "kintsugi.fleet.token",
                TOKEN,
                "kintsugi.scaling.tls-dir",
                keys.toString(),
                "kintsugi.scaling.port",
                0,
                "kintsugi.scaling.window",
                "1h",
                "kintsugi.scaling.look-at-keys",
                "100ms"));
    await().atMost(Duration.ofSeconds(30)).until(() -> address() != null);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void mount(Issued certificate) throws IOException {
    Files.writeString(keys.resolve("front-proxy-ca.crt"), frontProxy.pem());
    Files.writeString(keys.resolve("front-proxy-names"), "front-proxy\n");
    Files.writeString(keys.resolve("tls.key"), TestAuthority.pem(certificate.key()));
    Files.writeString(keys.resolve("tls.crt"), TestAuthority.pem(certificate.certificate()));
  }

  private static InetSocketAddress address() {
    return server.bean(ExternalMetricsServer.class).address().orElse(null);
  }

  private static HttpResponse<String> get(Issued shown, String path) throws Exception {
    return call(shown, "GET", path);
  }

  private static HttpResponse<String> call(Issued shown, String method, String path)
      throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(serving.client(shown)).build()) {
      URI uri = URI.create("https://127.0.0.1:" + address().getPort() + path);
      return client.send(
          HttpRequest.newBuilder(uri)
              .method(method, HttpRequest.BodyPublishers.noBody())
              .timeout(Duration.ofSeconds(20))
              .build(),
          BodyHandlers.ofString());
    }
  }

  private static JsonNode values(String namespace, String metric, String selector)
      throws Exception {
    String query = selector.isEmpty() ? "" : "?labelSelector=" + encoded(selector);
    var answer =
        get(
            apiServer,
            ExternalMetricsHandler.ROOT + "/namespaces/" + namespace + "/" + metric + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode list = JSON.readTree(answer.body());
    assertThat(list.path("kind").asText()).isEqualTo("ExternalMetricValueList");
    assertThat(list.path("apiVersion").asText()).isEqualTo("external.metrics.k8s.io/v1beta1");
    return list.path("items");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void service(
      String namespace, String name, ServiceState.Scaling scaling, long sequence) throws Exception {
    var state =
        new ServiceState(
            namespace + name,
            1,
            sequence,
            "model-" + name,
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1.0", null, 100)),
            List.of(),
            null,
            null,
            scaling);
    var answer =
        server.send(
            server
                .request("/fleet/v1/services/" + namespace + "/" + name, TOKEN)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(state))));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  private static void submit(String service, int jobs) {
    Instant now = Instant.now();
    for (int i = 0; i < jobs; i++) {
      server
          .bean(JobQueue.class)
          .submit(
              new NewJob(
                  "default",
                  service,
                  "wan-tiny",
                  Priority.STANDARD,
                  TestJobs.parameters("a red ball"),
                  null,
                  null,
                  null,
                  "hash",
                  10,
                  1,
                  now.plus(Duration.ofHours(24)),
                  1_000,
                  "0123456789abcdef0123456789abcdef"),
              now);
    }
  }

  @Test
  void answersApiServersOnly() throws Exception {
    assertThatThrownBy(() -> get(null, ExternalMetricsHandler.ROOT))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(serving.issue("front-proxy"), ExternalMetricsHandler.ROOT))
        .isInstanceOf(IOException.class);
    assertThat(get(frontProxy.issue("somebody"), ExternalMetricsHandler.ROOT).statusCode())
        .isEqualTo(401);
    assertThat(get(apiServer, ExternalMetricsHandler.ROOT).statusCode()).isEqualTo(200);
  }

  @Test
  void listsWhatCanBeScaledOn() throws Exception {
    JsonNode list = JSON.readTree(get(apiServer, ExternalMetricsHandler.ROOT).body());

    assertThat(list.path("groupVersion").asText()).isEqualTo("external.metrics.k8s.io/v1beta1");
    assertThat(list.path("resources").findValuesAsText("name"))
        .containsExactly("video_qps", "video_queue_depth", "video_predicted_wait_seconds");
  }

  @Test
  void refusesWhatItDoesNotHaveByName() throws Exception {
    var unknown = get(apiServer, ExternalMetricsHandler.ROOT + "/namespaces/a/cpu");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("no metric 'cpu'; there are video_qps, ");
    assertThat(get(apiServer, "/v1/models").statusCode()).isEqualTo(404);
    assertThat(call(apiServer, "DELETE", ExternalMetricsHandler.ROOT).statusCode()).isEqualTo(405);
    var selector =
        get(
            apiServer,
            ExternalMetricsHandler.ROOT
                + "/namespaces/a/video_qps?labelSelector="
                + encoded("a>1"));
    assertThat(selector.statusCode()).isEqualTo(400);
    assertThat(selector.body()).contains("labelSelector: 'a>1' is no label selector");
  }

  @Test
  void countsWhatWasSubmittedAndWhatWaits() throws Exception {
    service("metered", "one", null, 0);
    service("metered", "two", null, 0);
    service("elsewhere", "one", null, 0);
    submit("metered/one", 36);
    submit("metered/two", 1);

    assertThat(values("metered", "video_qps", "service=one").findValuesAsText("value"))
        .containsExactly("10m");
    assertThat(values("metered", "video_qps", "").findValuesAsText("service"))
        .containsExactly("one", "two");
    // The queue counts anew only from time to time.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(
                      values("metered", "video_queue_depth", "model=model-one")
                          .findValuesAsText("value"))
                  .containsExactly("36");
              assertThat(
                      values("metered", "video_predicted_wait_seconds", "service in (one)")
                          .findValuesAsText("value"))
                  .containsExactly("360");
            });
    assertThat(values("elsewhere", "video_qps", "").findValuesAsText("value")).containsExactly("0");
    assertThat(values("nowhere", "video_qps", "")).isEmpty();
  }

  @Test
  void keepsThePodsWhileEachHasAsMuchAsTheThreshold() throws Exception {
    submit("held/svc", 72);

    service("held", "svc", new ServiceState.Scaling(0.012, 0.006, 1), 1);
    assertThat(values("held", "video_qps", "").findValuesAsText("value")).containsExactly("20m");
    service("held", "svc", new ServiceState.Scaling(0.012, 0.006, 3), 2);
    assertThat(values("held", "video_qps", "").findValuesAsText("value")).containsExactly("36m");
    service("held", "svc", new ServiceState.Scaling(0.012, 0.006, 4), 3);
    assertThat(values("held", "video_qps", "").findValuesAsText("value")).containsExactly("20m");
  }

  @Test
  void servesANewCertificateAsSoonAsItIsMounted() throws Exception {
    var before = serving;
    serving = new TestAuthority("serving-next");
    try {
      mount(serving.issue("external-metrics"));
      await()
          .atMost(Duration.ofSeconds(10))
          .ignoreExceptions()
          .until(() -> get(apiServer, ExternalMetricsHandler.ROOT).statusCode() == 200);
    } finally {
      // Whoever still trusts only the old one finds out.
      assertThatThrownBy(
              () -> {
                try (HttpClient client =
                    HttpClient.newBuilder().sslContext(before.client(apiServer)).build()) {
                  client.send(
                      HttpRequest.newBuilder(
                              URI.create("https://127.0.0.1:" + address().getPort() + "/"))
                          .build(),
                      BodyHandlers.discarding());
                }
              })
          .isInstanceOf(IOException.class);
    }
  }
}
