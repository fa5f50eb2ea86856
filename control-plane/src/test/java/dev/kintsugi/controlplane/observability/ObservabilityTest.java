package dev.kintsugi.controlplane.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import dev.kintsugi.protocol.metrics.MetricSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ObservabilityTest {

  private static final Pattern SAMPLE =
      Pattern.compile("(kintsugi_\\w+?)(_total|_bucket|_count|_sum)?(\\{(.*)})? .*");

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void exposesOnlyWhatTheCatalogueLists() {
    server.submit("{\"prompt\":\"a\"}");
    server.post("/v1/videos", "{}");
    Map<String, MetricSpec> catalogue =
        MetricCatalogue.all().stream()
            .collect(Collectors.toMap(MetricSpec::name, Function.identity()));
    Answer answer = server.get("/metrics");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain").contains("version=0.0.4");
    List<String> ours = answer.text().lines().filter(line -> line.startsWith("kintsugi_")).toList();
    assertThat(ours)
        .anyMatch(
            line ->
                line.startsWith("kintsugi_jobs_submitted_total{")
                    && line.contains("priority=\"standard\""))
        .anyMatch(
            line ->
                line.startsWith(
                    "kintsugi_jobs_refused_total{code=\"missing_required_parameter\"} 1"));
    for (String line : ours) {
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      assertThat(catalogue).as(line).containsKey(sample.group(1));
      assertThat(labels(sample.group(4)))
          .as(line)
          .isEqualTo(Set.copyOf(catalogue.get(sample.group(1)).labels()));
    }
    assertThat(answer.text()).contains("jvm_memory_used_bytes");
  }

  @Test
  void declaresItsShareOfTheCatalogueAndNothingElse() {
    server.submit("{\"prompt\":\"a\"}");
    // Those of scheduled work are declared when it first begins.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(
                        server.bean(Meters.class).registry().scrape().stream()
                            .map(snapshot -> snapshot.getMetadata().getName())
                            .filter(name -> name.startsWith("kintsugi_")))
                    .containsExactlyInAnyOrderElementsOf(
                        MetricCatalogue.of(MetricSpec.Source.CONTROL_PLANE).stream()
                            .map(MetricSpec::name)
                            .toList()));
  }

  @Test
  void joinsSamplesToTracesInOpenMetrics() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    server.send(
        server.request("/v1/models").header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"));
    Answer answer =
        server.send(
            server
                .request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(answer.header("Content-Type")).startsWith("application/openmetrics-text");
    assertThat(answer.text().lines())
        .anyMatch(
            line ->
                line.startsWith("kintsugi_http_request_duration_seconds_bucket{")
                    && line.contains("route=\"/v1/models\"")
                    && line.contains("# {trace_id=\"" + trace + "\"}"));
  }

  private static Set<String> labels(String inBraces) {
    return inBraces == null
        ? Set.of()
        : Arrays.stream(inBraces.split(","))
            .map(label -> label.substring(0, label.indexOf('=')))
            .filter(label -> !label.equals("le"))
            .collect(Collectors.toSet());
  }

  @Test
  void saysThatItLivesAndIsReadyWithoutAKey() {
    assertThat(server.get("/healthz").text()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(server.get("/readyz").status()).isEqualTo(200);
  }

  @Test
  void saysWhatIsMissingWhileStopping() {
    try (TestServer other = TestServer.start(Map.of())) {
      other.bean(Stopping.class).shutdownGracefully();
      Answer answer = other.get("/readyz");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.json().at("/problems/process").asText())
          .isEqualTo("The process is stopping.");
    }
  }

  @Test
  void takesOnlyWellFormedTraces() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    String parent = "-00f067aa0ba902b7-01";
    assertThat(Trace.of("00-" + trace + parent).traceId()).isEqualTo(trace);
    for (String bad :
        List.of(
            "",
            "00-" + trace,
            "ff-" + trace + parent,
            "00-" + "0".repeat(32) + parent,
            "00-" + trace.toUpperCase(Locale.ROOT) + parent)) {
      assertThat(Trace.of(bad).traceId()).matches("[0-9a-f]{32}").isNotEqualTo(trace);
    }
  }
}
