package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.testkit.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A thousand requests that are wrong in every way a generator thought of: never a 5xx, never a
 * stack trace, and the server serves on. The seed is fixed, so a failure comes back.
 */
class MalformedRequestsTest {

  private static final long SEED = 20261121;
  private static final int REQUESTS = 1000;

  private static final List<String> METHODS =
      List.of("GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "FOO");
  private static final List<String> PATHS =
      List.of(
          "/v1/videos",
          "/v1/videos/sync",
          "/v1/videos/video_00000000000000000000000000000000",
          "/v1/videos/%00%ff",
          "/v1/videos/../../etc/passwd",
          "/v1/videos/x/content?variant=%zz",
          "/v1/videos/x/events",
          "/v1/videos/x/cancel",
          "/v1/videos?limit=-1&order=%00&after=%F0%9F",
          "/v1/videos?limit=99999999999999999999",
          "/v1/models/",
          "//v1//videos",
          "/v1/vid\u00e9os",
          "/");
  private static final List<String> TYPES =
      List.of(
          "application/json",
          "application/json; charset=utf-16",
          "application/json; charset=nope",
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "multipart/form-data; boundary=",
          "application/x-www-form-urlencoded",
          "text/plain",
          "\u0001",
          "a/b/c");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e400",
          "-1e-400",
          "9".repeat(400),
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[[[]]]]",
          "\"64x64\"",
          "\"0x0\"",
          "\"99999x16\"",
          "\"x\"",
          "\"" + "\u4e2d".repeat(600) + "\"",
          "\"http://[::1\"",
          "\"http://0x7f.1/\"",
          "{\"a\":{\"b\":[1]}}",
          "NaN",
          "'a'",
          "\"\\x\"",
          "1.5");
  private static final List<String> FIELDS =
      List.of(
          "prompt",
          "model",
          "seconds",
          "size",
          "width",
          "height",
          "num_frames",
          "fps",
          "seed",
          "num_inference_steps",
          "guidance_scale",
          "flow_shift",
          "priority",
          "webhook_url",
          "user",
          "negative_prompt",
          "input_reference",
          "",
          "\\u0000",
          "__proto__");

  /** Nobody makes the jobs that are valid by chance, so waiting for one ends at once. */
  private static final Map<String, Object> SETTINGS =
      Map.of("kintsugi.tenants.standard-per-minute", 100_000, "kintsugi.sync-timeout", "1ms");

  private final Random random = new Random(SEED);

  @Test
  void causeNoServerError() throws Exception {
    try (TestServer server = TestServer.start(SETTINGS)) {
      for (int i = 0; i < REQUESTS; i++) {
        byte[] request = request();
        String answer = exchange(server.port(), request);
        String shown =
            i + ": " + new String(request, StandardCharsets.ISO_8859_1) + "\n→ " + answer;
        if (!answer.isEmpty()) {
          assertThat(answer).as(shown).matches("(?s)HTTP/1\\.[01] [1-4]\\d\\d .*");
          assertThat(answer).as(shown).doesNotContain("\tat ", "java.lang", "Exception");
        }
      }
      assertThat(server.get("/v1/videos").status()).isEqualTo(200);
    }
  }

  private byte[] request() {
    byte[] body = body();
    StringBuilder head = new StringBuilder();
    head.append(pick(METHODS)).append(' ').append(pick(PATHS)).append(" HTTP/1.1\r\n");
    head.append("Host: localhost\r\nConnection: close\r\n");
    if (random.nextInt(10) > 0) {
      head.append("Authorization: Bearer ").append(TestServer.KEY).append("\r\n");
    }
    head.append("Content-Type: ").append(pick(TYPES)).append("\r\n");
    if (random.nextInt(6) == 0) {
      head.append("Idempotency-Key: ")
          .append(pick(List.of("", " ", "k\u00e9", "k".repeat(300))))
          .append("\r\n");
    }
    if (random.nextInt(6) == 0) {
      head.append("Range: ").append(pick(List.of("bytes=-", "bytes=9-1", "x"))).append("\r\n");
    }
    if (random.nextInt(6) == 0) {
      head.append("Accept: ")
          .append(pick(List.of("text/html", "*/", "", "application/json;q=x")))
          .append("\r\n");
    }
    head.append("traceparent: ").append(pick(List.of("00-0-0-0", "", "zz"))).append("\r\n");
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private byte[] body() {
    return switch (random.nextInt(6)) {
      case 0 -> new byte[0];
      case 1 -> noise();
      case 2 -> form();
      case 3 -> cut(json());
      default -> json();
    };
  }

  private byte[] json() {
    StringBuilder body = new StringBuilder("{");
    int fields = random.nextInt(5);
    if (random.nextBoolean()) {
      body.append("\"prompt\":\"a cat\"").append(fields > 0 ? "," : "");
    }
    for (int i = 0; i < fields; i++) {
      body.append(i > 0 ? "," : "")
          .append('"')
          .append(pick(FIELDS))
          .append("\":")
          .append(pick(VALUES));
    }
    return body.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] form() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < random.nextInt(5); i++) {
      body.append("--x\r\nContent-Disposition: form-data; name=\"")
          .append(pick(FIELDS))
          .append('"');
      body.append(random.nextInt(4) == 0 ? "; filename=\"f\"" : "").append("\r\n\r\n");
      body.append(pick(VALUES)).append("\r\n");
    }
    byte[] whole = body.append("--x--\r\n").toString().getBytes(StandardCharsets.UTF_8);
    return random.nextInt(3) == 0 ? cut(whole) : whole;
  }

  private byte[] noise() {
    byte[] noise = new byte[random.nextInt(200)];
    random.nextBytes(noise);
    return noise;
  }

  private byte[] cut(byte[] whole) {
    return java.util.Arrays.copyOf(whole, random.nextInt(whole.length + 1));
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** The answer as far as it came; empty when the server just closed. */
  private static String exchange(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request);
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
