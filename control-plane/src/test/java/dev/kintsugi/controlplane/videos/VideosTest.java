package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.queue.Claim;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeWorker;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VideosTest {

  private static final List<String> OPENAI_FIELDS =
      List.of(
          "id",
          "object",
          "model",
          "status",
          "progress",
          "created_at",
          "completed_at",
          "expires_at",
          "prompt",
          "size",
          "seconds",
          "remixed_from_video_id",
          "error");

  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersWithTheWholeVideoObjectThroughoutItsLife() {
    Answer created = server.post("/v1/videos", "{\"prompt\":\"a red ball\",\"seed\":7}");
    assertThat(created.status()).isEqualTo(200);
    JsonNode video = created.json();
    assertThat(names(video))
        .containsAll(OPENAI_FIELDS)
        .contains("trace_id")
        .doesNotContain("delivered");
    assertThat(video.get("id").asText()).matches("video_[0-9a-f]{32}");
    assertThat(video.get("status").asText()).isEqualTo("queued");
    assertThat(video.get("model").asText()).isEqualTo("wan-tiny");
    assertThat(video.get("size").asText()).isEqualTo("64x64");
    assertThat(video.get("seconds").asText()).isEqualTo("1");
    assertThat(video.get("progress").asInt()).isZero();
    assertThat(video.get("error").isNull()).isTrue();
    assertThat(Integer.parseInt(created.header("openai-poll-after-ms"))).isBetween(200, 10_000);

    String path = "/v1/videos/" + video.get("id").asText();
    Claim claim = server.worker().claim();
    server.worker().step(claim, 4);
    Answer running = server.get(path);
    assertThat(running.json().get("status").asText()).isEqualTo("in_progress");
    assertThat(running.json().get("progress").asInt()).isEqualTo(50);
    assertThat(running.header("openai-poll-after-ms")).isNotNull();

    server.worker().complete(claim);
    Answer done = server.get(path);
    assertThat(names(done.json())).containsAll(OPENAI_FIELDS);
    assertThat(done.json().get("status").asText()).isEqualTo("completed");
    assertThat(done.json().get("progress").asInt()).isEqualTo(100);
    assertThat(done.json().at("/delivered/seed").asInt()).isEqualTo(7);
    assertThat(done.json().at("/delivered/degraded").asBoolean()).isFalse();
    assertThat(done.json().at("/stage_durations/denoise").asDouble()).isEqualTo(0.5);
    assertThat(done.json().get("cost_usd").asDouble()).isPositive().isLessThan(0.1);
    assertThat(done.json().get("expires_at").asLong())
        .isGreaterThan(done.json().get("completed_at").asLong());
    assertThat(done.header("openai-poll-after-ms")).isNull();
  }

  @Test
  void takesAFormLikeJson() {
    String form =
        part("prompt", "a blue box")
            + part("seconds", "2")
            + part("size", "128x64")
            + part("seed", "5")
            + "--x--\r\n";
    Answer answer = server.send(form("/v1/videos", form));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().get("prompt").asText()).isEqualTo("a blue box");
    assertThat(answer.json().get("seconds").asText()).isEqualTo("2");
    assertThat(answer.json().get("size").asText()).isEqualTo("128x64");
    Job job = server.worker().claim().job();
    assertThat(job.parameters().numFrames()).isEqualTo(33);
    assertThat(job.parameters().seed()).isEqualTo(5);
  }

  @Test
  void refusesAFileByItsFieldsName() {
    String form =
        part("prompt", "a")
            + "--x\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\n"
            + "Content-Type: image/png\r\n\r\n\u0001\u0002\r\n--x--\r\n";
    Answer answer = server.send(form("/v1/videos", form));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("unsupported_parameter");
    assertThat(answer.param()).isEqualTo("input_reference");
  }

  @Test
  void makesOneJobOfFiftyConcurrentSubmissionsWithOneKey() throws Exception {
    List<Callable<Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(() -> server.send(keyed("{\"prompt\":\"once\"}", "key-1")));
    }
    Set<String> ids = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Answer> future : threads.invokeAll(calls)) {
        assertThat(future.get().status()).as(future.get().text()).isEqualTo(200);
        ids.add(future.get().json().get("id").asText());
      }
    }
    assertThat(ids).hasSize(1);
    assertThat(server.get("/v1/videos").json().get("data")).hasSize(1);

    Answer other = server.send(keyed("{\"prompt\":\"twice\"}", "key-1"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("idempotency_key_reused");
    assertThat(other.message()).contains(ids.iterator().next()).contains("another request body");
  }

  @Test
  void repeatsAnAcceptedJobEvenWhenNothingNewWouldBeTaken() {
    String key = server.key("thrifty", "free");
    String first = null;
    for (int i = 0; i < 5; i++) {
      Answer answer = server.send(keyed("{\"prompt\":\"p" + i + "\"}", "k" + i, key));
      first = first == null ? answer.json().get("id").asText() : first;
    }
    assertThat(server.send(keyed("{\"prompt\":\"p6\"}", "k6", key)).code())
        .isEqualTo("quota_exceeded");
    Answer again = server.send(keyed("{\"prompt\":\"p0\"}", "k0", key));
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().get("id").asText()).isEqualTo(first);
  }

  @Test
  void keepsTenantsApart() {
    String mine = server.submit("{\"prompt\":\"mine\"}");
    String key = server.key("stranger", "standard");
    for (String path : List.of("", "/content", "/events")) {
      Answer answer = server.send(server.request("/v1/videos/" + mine + path, key));
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("video_not_found");
    }
    assertThat(server.send(server.request("/v1/videos/" + mine, key).DELETE()).status())
        .isEqualTo(404);
    HttpRequest.Builder cancel =
        server.request("/v1/videos/" + mine + "/cancel", key).POST(BodyPublishers.noBody());
    assertThat(server.send(cancel).status()).isEqualTo(404);
    assertThat(server.send(server.request("/v1/videos", key)).json().get("data")).isEmpty();
    assertThat(server.send(server.request("/v1/videos?after=" + mine, key)).code())
        .isEqualTo("invalid_value");
    assertThat(server.get("/v1/videos/" + mine).json().get("status").asText()).isEqualTo("queued");
  }

  @Test
  void pagesBothWays() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(server.submit("{\"prompt\":\"p" + i + "\"}"));
    }
    assertThat(pages("asc")).isEqualTo(ids);
    assertThat(pages("desc")).isEqualTo(ids.reversed());
    JsonNode all = server.get("/v1/videos?limit=100").json();
    assertThat(all.get("has_more").asBoolean()).isFalse();
    JsonNode none = server.get("/v1/videos?limit=0").json();
    assertThat(none.get("data")).isEmpty();
    assertThat(none.get("first_id").isNull()).isTrue();
    JsonNode beyond = server.get("/v1/videos?order=asc&after=" + ids.getLast()).json();
    assertThat(beyond.get("data")).isEmpty();
    assertThat(beyond.get("has_more").asBoolean()).isFalse();
  }

  private List<String> pages(String order) {
    List<String> seen = new ArrayList<>();
    String after = "";
    while (true) {
      JsonNode page = server.get("/v1/videos?limit=3&order=" + order + after).json();
      assertThat(page.get("object").asText()).isEqualTo("list");
      page.get("data").forEach(video -> seen.add(video.get("id").asText()));
      assertThat(page.get("last_id").asText()).isEqualTo(seen.getLast());
      if (!page.get("has_more").asBoolean()) {
        return seen;
      }
      after = "&after=" + page.get("last_id").asText();
    }
  }

  @Test
  void cancelsThenDeletes() {
    String id = server.submit("{\"prompt\":\"a\"}");
    Answer refused = server.send(server.request("/v1/videos/" + id).DELETE());
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("not_ready");
    assertThat(refused.message()).contains("/cancel");

    Answer cancelled =
        server.send(server.request("/v1/videos/" + id + "/cancel").POST(BodyPublishers.noBody()));
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.json().get("status").asText()).isEqualTo("failed");
    assertThat(cancelled.json().at("/error/code").asText()).isEqualTo("cancelled");
    assertThat(server.get("/v1/videos/" + id + "/content").code()).isEqualTo("not_ready");

    Answer deleted = server.send(server.request("/v1/videos/" + id).DELETE());
    assertThat(deleted.json())
        .hasToString("{\"id\":\"" + id + "\",\"object\":\"video.deleted\",\"deleted\":true}");
    assertThat(server.get("/v1/videos/" + id).status()).isEqualTo(404);
  }

  @Test
  void waitsForSmallJobsAndSendsTheFile() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> waiting =
          threads.submit(() -> server.post("/v1/videos/sync", "{\"prompt\":\"at once\"}"));
      Claim claim = awaitClaim();
      server.worker().complete(claim);
      assertThat(waiting.get().status()).isEqualTo(200);
      assertThat(waiting.get().header("Content-Type")).isEqualTo("video/mp4");
      assertThat(waiting.get().header("x-video-id")).isEqualTo(claim.job().id());
      assertThat(waiting.get().body()).isEqualTo(FakeWorker.video(claim.job()));
    }
  }

  @Test
  void tellsASyncCallerWhyItFailed() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> waiting =
          threads.submit(() -> server.post("/v1/videos/sync", "{\"prompt\":\"never\"}"));
      String id = awaitClaim().job().id();
      server.send(server.request("/v1/videos/" + id + "/cancel").POST(BodyPublishers.noBody()));
      assertThat(waiting.get().code()).isEqualTo("cancelled");
    }
  }

  @Test
  void listsModelsWithTheirLimits() {
    JsonNode models = server.get("/v1/models").json();
    assertThat(models.get("object").asText()).isEqualTo("list");
    assertThat(models.at("/data/0/id").asText()).isEqualTo("wan-tiny");
    assertThat(models.at("/data/0/owned_by").asText()).isEqualTo("studio");
    assertThat(models.at("/data/0/limits/max_frames").asInt()).isEqualTo(33);
  }

  @Test
  void carriesTheCallersTrace() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    Answer answer =
        server.send(
            server
                .json("/v1/videos", "{\"prompt\":\"a\"}")
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"));
    assertThat(answer.json().get("trace_id").asText()).isEqualTo(trace);
  }

  private Claim awaitClaim() {
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> server.get("/v1/videos").json().get("data").size() == 1);
    return server.worker().claim();
  }

  private HttpRequest.Builder keyed(String body, String idempotencyKey) {
    return server.json("/v1/videos", body).header("Idempotency-Key", idempotencyKey);
  }

  private HttpRequest.Builder keyed(String body, String idempotencyKey, String apiKey) {
    return server
        .request("/v1/videos", apiKey)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", idempotencyKey)
        .POST(BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder form(String path, String body) {
    return server
        .request(path)
        .header("Content-Type", "multipart/form-data; boundary=x")
        .POST(BodyPublishers.ofString(body));
  }

  private static String part(String name, String value) {
    return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
