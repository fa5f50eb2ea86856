package dev.kintsugi.controlplane.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.tenants.Tenants;
import dev.kintsugi.controlplane.testkit.TestDatabase;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.core.webhook.Redelivery.Try;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhooksTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** One delivery as the receiver saw it. */
  record Received(
      Instant at, String path, String id, String timestamp, String signature, byte[] body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
  private HttpServer receiver;

  @BeforeEach
  void listen() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.stop(0);
  }

  @Test
  void signsWhatItSendsOverAnEndedVideo() throws Exception {
    try (TestServer server = TestServer.start(allowed())) {
      String id = submit(server);
      server.worker().makeOne();
      await().atMost(PATIENCE).until(() -> received.size() == 1);
      Received one = received.getFirst();
      assertThat(one.id()).isEqualTo("msg_" + id.substring(6));
      assertThat(one.signature()).isEqualTo(expected(secret(server), one));
      JsonNode event = JSON.readTree(one.body());
      assertThat(event.get("type").asText()).isEqualTo("video.completed");
      assertThat(event.get("object").asText()).isEqualTo("event");
      assertThat(event.at("/data/id").asText()).isEqualTo(id);
      assertThat(event.at("/data/status").asText()).isEqualTo("completed");
      assertThat(event.at("/data/delivered/num_frames").asInt()).isEqualTo(17);
      await().atMost(PATIENCE).until(() -> delivered(server.database()) == 1);

      server.send(server.request("/v1/videos/" + id).DELETE());
      assertThat(server.database().number("SELECT count(*) FROM webhook_delivery"))
          .as("the prompt was in it")
          .isZero();
    }
  }

  @Test
  void saysNothingOverAVideoThatWasDeletedBeforeItWasAnnounced() {
    try (TestServer server = TestServer.start(Map.of("kintsugi.scheduling.enabled", false))) {
      var message =
          new WebhookStore.Delivery(
              "msg_1", "video_" + "0".repeat(32), "default", "https://x.example", "{}", 0);
      server.bean(WebhookStore.class).add(message, Instant.now());
      assertThat(server.database().number("SELECT count(*) FROM webhook_delivery")).isZero();
    }
  }

  @Test
  void triesAgainUnderTheSameIdUntilItIsTaken() throws Exception {
    answers.addAll(List.of(500, 302));
    try (TestServer server = TestServer.start(allowed())) {
      String id = submit(server);
      server.send(server.request("/v1/videos/" + id + "/cancel").POST(BodyPublishers.noBody()));
      await().atMost(PATIENCE).until(() -> received.size() == 3);
      assertThat(received).extracting(Received::id).containsOnly("msg_" + id.substring(6));
      assertThat(received)
          .as("redirects are not followed")
          .extracting(Received::path)
          .containsOnly("/hook");
      assertThat(Duration.between(received.get(0).at(), received.get(1).at()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
      assertThat(Duration.between(received.get(1).at(), received.get(2).at()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
      for (Received one : received) {
        assertThat(one.signature()).isEqualTo(expected(secret(server), one));
      }
      JsonNode event = JSON.readTree(received.getFirst().body());
      assertThat(event.get("type").asText()).isEqualTo("video.failed");
      assertThat(event.at("/data/error/code").asText()).isEqualTo("cancelled");
    }
  }

  @Test
  void anotherReplicaDeliversWhatADeadOneOwed() {
    answers.add(503);
    TestDatabase database = TestDatabase.create();
    TestServer first = TestServer.start(database, allowed());
    submit(first);
    first.worker().makeOne();
    await().atMost(PATIENCE).until(() -> received.size() == 1);
    TestServer second = TestServer.start(database, allowed());
    first.stop();
    await().atMost(PATIENCE).until(() -> received.size() == 2);
    assertThat(received.get(1).id()).isEqualTo(received.get(0).id());
    await().atMost(PATIENCE).until(() -> delivered(database) == 1);
    second.close();
  }

  @Test
  void refusesATargetThatTurnsPrivateAfterItWasChecked() {
    try (TestServer server = TestServer.start(Map.of())) {
      WebhookClient.Outcome outcome =
          server
              .bean(WebhookClient.class)
              .post(
                  "http://localhost:" + port() + "/hook",
                  "msg_1",
                  Instant.EPOCH,
                  "v1,x",
                  Map.of(),
                  new byte[0]);
      assertThat(outcome.result()).isEqualTo(new Try.Forbidden());
      outcome =
          server
              .bean(WebhookClient.class)
              .post(
                  "http://127.0.0.1:" + port() + "/hook",
                  "msg_1",
                  Instant.EPOCH,
                  "v1,x",
                  Map.of(),
                  new byte[0]);
      assertThat(outcome.result()).isEqualTo(new Try.Forbidden());
      assertThat(received).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "::7f00:1"
      })
  void knowsAddressesThatAreNotPublic(String address) throws IOException {
    assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "100.63.0.1",
        "192.167.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "64:ff9b::101:101"
      })
  void knowsAddressesThatArePublic(String address) throws IOException {
    assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
  }

  private String submit(TestServer server) {
    return server.submit(
        "{\"prompt\":\"a\",\"webhook_url\":\"http://127.0.0.1:" + port() + "/hook\"}");
  }

  private int port() {
    return receiver.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    received.add(
        new Received(
            Instant.now(),
            exchange.getRequestURI().getPath(),
            exchange.getRequestHeaders().getFirst("webhook-id"),
            exchange.getRequestHeaders().getFirst("webhook-timestamp"),
            exchange.getRequestHeaders().getFirst("webhook-signature"),
            body));
    Integer status = answers.poll();
    exchange.getResponseHeaders().add("Location", "/elsewhere");
    exchange.sendResponseHeaders(status == null ? 200 : status, -1);
    exchange.close();
  }

  private static Map<String, Object> allowed() {
    return Map.of("kintsugi.webhooks.allow-private-targets", true);
  }

  private static String secret(TestServer server) {
    return server.bean(Tenants.class).webhookSecret(Tenants.DEFAULT).orElseThrow();
  }

  /** The scheme from its specification, apart from the code under test. */
  private static String expected(String secret, Received one) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
    String signed =
        one.id() + "." + one.timestamp() + "." + new String(one.body(), StandardCharsets.UTF_8);
    return "v1,"
        + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  private static long delivered(TestDatabase database) {
    return database.number("SELECT count(*) FROM webhook_delivery WHERE outcome = 'delivered'");
  }
}
