package dev.kintsugi.controlplane.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.testkit.FakeWorker;
import dev.kintsugi.controlplane.testkit.OtlpReceiver;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.node.FailureClass;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TracingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final Queue<String> told = new ConcurrentLinkedQueue<>();
  private OtlpReceiver traces;
  private HttpServer customer;

  @BeforeEach
  void listen() throws IOException {
    traces = new OtlpReceiver();
    customer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    customer.createContext(
        "/hook",
        exchange -> {
          told.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    customer.start();
  }

  @AfterEach
  void close() {
    customer.stop(0);
    traces.close();
  }

  @Test
  void tellsAJobFromSubmissionToDelivery() {
    try (TestServer server = TestServer.start(settings())) {
      String id = submit(server, "a red ball");
      FakeWorker worker = server.worker();
      worker.failOnce(worker.claim(), FailureClass.OOM);
      Claim second = worker.claim();
      worker.complete(second);
      assertThat(server.send(traced(server.request("/v1/videos/" + id + "/content"))).status())
          .isEqualTo(200);
      awaitSpans(11);

      Span submission = only("POST /v1/videos");
      assertThat(hex(submission.getParentSpanId().toByteArray())).isEqualTo(CALLER);
      Span video = only("video");
      assertChild(video, submission);
      assertThat(OtlpReceiver.attributes(video.getAttributesList()))
          .containsEntry("kintsugi.job", id)
          .containsEntry("kintsugi.tenant", "default")
          .containsEntry("kintsugi.degraded", "false");
      assertThat(named("queue")).hasSize(2).allSatisfy(wait -> assertChild(wait, video));
      assertThat(named("attempt")).hasSize(2).allSatisfy(each -> assertChild(each, video));
      Span failed = named("attempt").getFirst();
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(failed.getStatus().getMessage()).isEqualTo("it failed");
      assertThat(OtlpReceiver.attributes(failed.getAttributesList()))
          .containsEntry("error.type", "OOM")
          .containsEntry("kintsugi.attribution", "NODE")
          .containsEntry("kintsugi.node", "studio/fake")
          .containsEntry("kintsugi.revision", "r1");
      Span made = named("attempt").getLast();
      assertThat(OtlpReceiver.attributes(made.getAttributesList()))
          .containsEntry("kintsugi.attempt", second.attemptId())
          .containsEntry("kintsugi.attempt_number", "2");
      assertThat(List.of(only("denoise"), only("judge"), only("decode")))
          .allSatisfy(stage -> assertChild(stage, made));
      assertThat(only("denoise").getEndTimeUnixNano() - made.getStartTimeUnixNano())
          .isEqualTo(500_000_000L);
      assertThat(only("decode").getStartTimeUnixNano())
          .isEqualTo(only("judge").getStartTimeUnixNano())
          .isEqualTo(only("denoise").getEndTimeUnixNano());
      Span webhook = only("webhook");
      assertChild(webhook, video);
      assertThat(told)
          .containsExactly("00-" + TRACE + "-" + hex(webhook.getSpanId().toByteArray()) + "-01");
      assertChild(only("GET /v1/videos/{video_id}/content"), video);
      assertThat(traces.spans())
          .allSatisfy(span -> assertThat(hex(span.getTraceId().toByteArray())).isEqualTo(TRACE));
      assertThat(traces.resources())
          .allSatisfy(
              resource ->
                  assertThat(resource).containsEntry("service.name", "kintsugi-control-plane"));
      assertThat(String.valueOf(traces.spans())).doesNotContain("a red ball");
    }
  }

  @Test
  void tellsWhyAJobFailedAndWhatItWaitedFor() {
    try (TestServer server = TestServer.start(settings())) {
      String id = submit(server, "a");
      server.send(server.request("/v1/videos/" + id + "/cancel").POST(BodyPublishers.noBody()));
      awaitSpans(4);
      Span video = only("video");
      assertThat(OtlpReceiver.attributes(video.getAttributesList()))
          .containsEntry("error.type", "cancelled");
      assertThat(only("queue").getEndTimeUnixNano()).isEqualTo(video.getEndTimeUnixNano());
      only("webhook");
    }
  }

  @Test
  void aRepetitionIsPartOfTheFirstTraceAndNotItsBeginning() {
    try (TestServer server = TestServer.start(settings())) {
      String body = "{\"prompt\":\"a\"}";
      String other = "0af7651916cd43dd8448eb211c80319c";
      for (String trace : List.of(TRACE, TRACE, other)) {
        server.send(
            server
                .json("/v1/videos", body)
                .header("Idempotency-Key", "one")
                .header("traceparent", "00-" + trace + "-" + CALLER + "-01"));
      }
      awaitSpans(3);
      assertThat(named("POST /v1/videos"))
          .allSatisfy(each -> assertThat(hex(each.getTraceId().toByteArray())).isEqualTo(TRACE))
          .extracting(Span::getSpanId)
          .doesNotHaveDuplicates();
      Span repetition = named("POST /v1/videos").getLast();
      assertThat(hex(repetition.getLinks(0).getTraceId().toByteArray())).isEqualTo(other);
    }
  }

  /** Whatever the receiver does, customers do not notice. */
  @Test
  void worksOnWithoutAReceiver() {
    Map<String, Object> settings = settings();
    // It would try for ten seconds to get rid of its spans when it ends.
    settings.put("otel.java.exporter.otlp.retry.disabled", "true");
    traces.close();
    try (TestServer server = TestServer.start(settings)) {
      String id = submit(server, "a");
      server.worker().makeOne();
      await().atMost(PATIENCE).until(() -> told.size() == 1);
      assertThat(server.get("/v1/videos/" + id).json().get("status").asText())
          .isEqualTo("completed");
    }
  }

  @Test
  void isOffUntilToldWhereToSend() {
    Map<String, Object> settings = settings();
    settings.keySet().removeIf(name -> name.startsWith("otel."));
    try (TestServer server = TestServer.start(settings)) {
      submit(server, "a");
      server.worker().makeOne();
      await().atMost(PATIENCE).until(() -> told.size() == 1);
      assertThat(told).containsExactly("null");
      assertThat(traces.spans()).isEmpty();
    }
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>(traces.settings());
    settings.put("kintsugi.webhooks.allow-private-targets", true);
    return settings;
  }

  private String submit(TestServer server, String prompt) {
    String hook = "http://127.0.0.1:" + customer.getAddress().getPort() + "/hook";
    return server
        .send(
            traced(
                server.json(
                    "/v1/videos",
                    "{\"prompt\":\"%s\",\"webhook_url\":\"%s\"}".formatted(prompt, hook))))
        .json()
        .get("id")
        .asText();
  }

  private static HttpRequest.Builder traced(HttpRequest.Builder request) {
    return request.header("traceparent", "00-" + TRACE + "-" + CALLER + "-01");
  }

  private void awaitSpans(int count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(traces.spans()).hasSizeGreaterThanOrEqualTo(count));
    assertThat(traces.spans()).hasSize(count);
  }

  private List<Span> named(String name) {
    return traces.spans().stream()
        .filter(span -> span.getName().equals(name))
        .sorted(Comparator.comparingLong(Span::getStartTimeUnixNano))
        .toList();
  }

  private Span only(String name) {
    assertThat(named(name)).as(name).hasSize(1);
    return named(name).getFirst();
  }

  private static void assertChild(Span child, Span parent) {
    assertThat(child.getParentSpanId()).as(child.getName()).isEqualTo(parent.getSpanId());
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
