package dev.kintsugi.controlplane.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.NodeSight;
import dev.kintsugi.controlplane.fleet.NodeSights;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.controlplane.testkit.FakeNodeStatus;
import dev.kintsugi.core.dispatch.NodeHealth;
import dev.kintsugi.protocol.fleet.ServiceState;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over real HTTP; the nodes count words. */
class PromptTokensTest {

  private static final String SERVICE = "studio/wan";
  private static final String NODE = "studio/a";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TEXTS = List.of("one two three", "one");

  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch silent = new CountDownLatch(1);
  private final NodeSights sights = new NodeSights();
  private final NodeTokenizer tokenizer = new NodeTokenizer();
  private volatile String how = "counts";
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private HttpServer node;

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/node/tokenize",
        exchange -> {
          asked.incrementAndGet();
          JsonNode texts = JSON.readTree(exchange.getRequestBody()).get("texts");
          String answer =
              switch (how) {
                case "counts" -> counts(texts);
                case "nonsense" -> "{\"counts\":[1]}";
                default -> "";
              };
          if (how.equals("silent")) {
            await();
          }
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(how.equals("404") ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    node.start();
  }

  @AfterEach
  void stop() {
    silent.countDown();
    node.stop(0);
    tokenizer.close();
  }

  private void await() {
    try {
      silent.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String counts(JsonNode texts) {
    StringBuilder counts = new StringBuilder();
    texts.forEach(
        text -> counts.append(counts.isEmpty() ? "" : ",").append(text.asText().split(" ").length));
    return "{\"model\":\"wan\",\"counts\":[" + counts + "]}";
  }

  private static NodeSight warm(String digest) {
    return new NodeSight(
        new NodeHealth(true, 0, 1, "i", Instant.EPOCH), FakeNodeStatus.loaded(digest));
  }

  private static RegisteredService service(String address) {
    return new RegisteredService(
        "studio",
        "wan",
        new ServiceState(
            "uid",
            1,
            0,
            "wan",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(new ServiceState.Node("a", "r1", "main", false, address, true, false)),
            null,
            null),
        false);
  }

  private PromptTokens tokens(Duration within) {
    FleetRegistry fleet = () -> List.of(service("http://127.0.0.1:" + node.getAddress().getPort()));
    Clock clock =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now;
          }
        };
    return new PromptTokens(fleet, sights, tokenizer, clock, within);
  }

  @Test
  void aNodeIsAskedOnce() throws Exception {
    PromptTokens tokens = tokens(Duration.ofSeconds(10));
    assertThat(tokens.count(SERVICE, TEXTS)).as("no node is ready").isEmpty();
    sights.put(NODE, warm("1"));
    assertThat(tokens.count(SERVICE, TEXTS)).contains(List.of(3, 1));
    assertThat(tokens.count(SERVICE, TEXTS)).contains(List.of(3, 1));
    assertThat(asked.get()).isEqualTo(1);
    sights.put(NODE, warm("2"));
    assertThat(tokens.count(SERVICE, TEXTS)).as("another model").isPresent();
    assertThat(asked.get()).isEqualTo(2);
    assertThat(tokens.count("studio/other", TEXTS)).isEmpty();
  }

  @Test
  void whatWasAskedIsNotKept() throws Exception {
    sights.put(NODE, warm("1"));
    PromptTokens tokens = tokens(Duration.ofSeconds(10));
    WeakReference<String> prompt = asked(tokens);
    Awaitility.await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(prompt.get()).isNull();
            });
    tokens.count(SERVICE, List.of("four words", "in two texts"));
    assertThat(asked.get()).as("kept all the same").isEqualTo(1);
    tokens.count(SERVICE, List.of("four words in", "two texts"));
    assertThat(asked.get()).as("another question").isEqualTo(2);
  }

  private static WeakReference<String> asked(PromptTokens tokens) throws InterruptedException {
    String prompt = String.join(" ", "four", "words");
    assertThat(tokens.count(SERVICE, List.of(prompt, "in two texts"))).contains(List.of(2, 3));
    return new WeakReference<>(prompt);
  }

  @Test
  void anEngineWithoutTheRouteIsLeftAlone() throws Exception {
    how = "404";
    sights.put(NODE, warm("1"));
    PromptTokens tokens = tokens(Duration.ofSeconds(10));
    assertThat(tokens.count(SERVICE, TEXTS)).isEmpty();
    now = now.plus(Duration.ofMinutes(9));
    how = "counts";
    assertThat(tokens.count(SERVICE, TEXTS)).isEmpty();
    assertThat(asked.get()).isEqualTo(1);
    now = now.plus(Duration.ofMinutes(2));
    assertThat(tokens.count(SERVICE, TEXTS)).isPresent();
  }

  @Test
  void whoDoesNotAnswerInTimeOrTalksNonsenseIsLeftAloneForAMoment() throws Exception {
    sights.put(NODE, warm("1"));
    PromptTokens tokens = tokens(Duration.ofMillis(20));
    how = "silent";
    assertThat(tokens.count(SERVICE, TEXTS)).isEmpty();
    silent.countDown();
    now = now.plus(Duration.ofSeconds(6));
    how = "nonsense";
    PromptTokens patient = tokens(Duration.ofSeconds(10));
    assertThat(patient.count(SERVICE, TEXTS)).isEmpty();
    how = "counts";
    assertThat(patient.count(SERVICE, TEXTS)).isEmpty();
    now = now.plus(Duration.ofSeconds(6));
    assertThat(patient.count(SERVICE, TEXTS)).isPresent();
  }
}
