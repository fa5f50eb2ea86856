package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeWorker;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {

  private static final int LENGTH = FakeWorker.VIDEO_BYTES;

  private static TestServer server;
  private static String path;
  private static byte[] video;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
    server.submit("{\"prompt\":\"a clip\"}");
    Job job = server.worker().makeOne();
    path = "/v1/videos/" + job.id() + "/content";
    video = FakeWorker.video(job);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/binary", "video/mp4", "application/octet-stream", "*/*"})
  void sendsTheFileWhateverIsAccepted(String accept) {
    HttpRequest.Builder request = server.request(path);
    Answer answer = server.send(accept.isEmpty() ? request : request.header("Accept", accept));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(video);
    assertThat(answer.header("Content-Type")).isEqualTo("video/mp4");
    assertThat(answer.header("Content-Length")).isEqualTo("" + LENGTH);
    assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(answer.header("ETag")).matches("\"[0-9a-f]{64}\"");
    assertThat(answer.header("Content-Disposition")).endsWith(".mp4\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "bytes=0-99; 0; 99",
        "bytes=99999-; 99999; 99999",
        "bytes=-500; 99500; 99999",
        "bytes=-200000; 0; 99999",
        "bytes=99990-500000; 99990; 99999",
        "BYTES=5-5; 5; 5",
        "bytes=0-0, 200000-; 0; 0",
      })
  void sendsOneRange(String range, int first, int last) {
    Answer answer = server.send(server.request(path).header("Range", range));
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes %d-%d/%d".formatted(first, last, LENGTH));
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(video, first, last + 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=5-3", "bytes=a-b", "bytes=-", "items=0-1", "bytes=", "bytes=0-1,x"})
  void ignoresWhatIsNoRange(String range) {
    Answer answer = server.send(server.request(path).header("Range", range));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).hasSize(LENGTH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes=100000-", "bytes=100000-100001", "bytes=-0", "bytes=200000-,300000-"})
  void refusesRangesBeyondTheEnd(String range) {
    Answer answer = server.send(server.request(path).header("Range", range));
    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.code()).isEqualTo("range_not_satisfiable");
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */" + LENGTH);
  }

  @Test
  void sendsSeveralRangesAsParts() {
    Answer answer = server.send(server.request(path).header("Range", "bytes=4-11, -2"));
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Type")).startsWith("multipart/byteranges; boundary=");
    String boundary = answer.header("Content-Type").replaceAll(".*boundary=", "");
    String text = new String(answer.body(), StandardCharsets.ISO_8859_1);
    String tail = new String(video, LENGTH - 2, 2, StandardCharsets.ISO_8859_1);
    assertThat(text)
        .isEqualTo(
            "\r\n--%1$s\r\nContent-Type: video/mp4\r\nContent-Range: bytes 4-11/100000\r\n\r\nftypisom"
                    .formatted(boundary)
                + "\r\n--%1$s\r\nContent-Type: video/mp4\r\nContent-Range: bytes 99998-99999/100000\r\n\r\n%2$s"
                    .formatted(boundary, tail)
                + "\r\n--%1$s--\r\n".formatted(boundary));
    assertThat(answer.header("Content-Length")).isEqualTo("" + answer.body().length);
  }

  @Test
  void knowsWhatTheClientHas() {
    String etag = server.get(path).header("ETag");
    String modified = server.get(path).header("Last-Modified");
    Answer same = server.send(server.request(path).header("If-None-Match", "\"x\", " + etag));
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(same.header("ETag")).isEqualTo(etag);
    for (String validator : new String[] {etag, modified}) {
      Answer part =
          server.send(
              server.request(path).header("Range", "bytes=0-1").header("If-Range", validator));
      assertThat(part.status()).as(validator).isEqualTo(206);
    }
    Answer changed =
        server.send(
            server.request(path).header("Range", "bytes=0-1").header("If-Range", "\"other\""));
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body()).hasSize(LENGTH);
  }

  @Test
  void answersHeadWithoutTheFile() {
    Answer head = server.send(server.request(path).method("HEAD", BodyPublishers.noBody()));
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("" + LENGTH);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void hasThreeVariants() {
    assertThat(server.get(path + "?variant=thumbnail").body()).hasSize(900);
    assertThat(server.get(path + "?variant=spritesheet").header("Content-Type"))
        .isEqualTo("image/webp");
    Answer other = server.get(path + "?variant=gif");
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.message())
        .isEqualTo("'variant' must be one of video, thumbnail, spritesheet.");
  }

  @Test
  void saysThatTheContentExpired() {
    server.submit("{\"prompt\":\"short-lived\"}");
    Job job = server.worker().complete(server.worker().claim(), Duration.ofNanos(1));
    Answer answer = server.get("/v1/videos/" + job.id() + "/content");
    assertThat(answer.status()).isEqualTo(410);
    assertThat(answer.code()).isEqualTo("artifact_expired");
  }

  @Test
  void saysThatThereIsNothingYet() {
    String id = server.submit("{\"prompt\":\"later\"}");
    Answer answer = server.get("/v1/videos/" + id + "/content");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("not_ready");
    assertThat(answer.message()).isEqualTo("The video has no content: it is queued.");
    server.worker().makeOne();
  }
}
