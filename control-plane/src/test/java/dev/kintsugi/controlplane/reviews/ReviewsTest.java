package dev.kintsugi.controlplane.reviews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.DailyQuota;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FakeInferenceNode;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.metrics.MetricCatalogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Over real HTTP, on real PostgreSQL, with a node that counts steps. */
class ReviewsTest {

  private static final String TOKEN = "fleet-token-of-this-test-0123456789";
  private static final String REVIEWS = "/ops/v1/reviews";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Map<String, Object> SETTINGS =
      Map.of(
          "kintsugi.fleet.token",
          TOKEN,
          "kintsugi.reviews.look-every",
          "1h",
          "kintsugi.reviews.most-pending",
          12,
          "kintsugi.webhooks.allow-private-targets",
          true,
          "kintsugi.test.fragile-word",
          true);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private static TestServer server;
  private static FakeInferenceNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new FakeInferenceNode(4, Duration.ofMillis(2));
    server = TestServer.start(SETTINGS);
    ServiceState state =
        new ServiceState(
            "one",
            1,
            1,
            "wan-tiny",
            600,
            List.of(),
            List.of(new ServiceState.Revision("r1", "1", null, 100)),
            List.of(
                new ServiceState.Node("pod-1", "r1", "main", false, node.address(), true, false)),
            List.of("new_seed"),
            null);
    Answer pushed =
        server.send(
            server
                .request("/fleet/v1/services/" + FixedModels.SERVICE, TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(new ObjectMapper().writeValueAsString(state))));
    assertThat(pushed.status()).as(pushed.toString()).isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    server.close();
    node.close();
  }

  /** A prompt that nobody used before, and that is held. */
  private static String held() {
    return "number %d (a【b】) ".formatted(COUNT.incrementAndGet()) + "x".repeat(600);
  }

  private static String body(String prompt) {
    return "{\"prompt\":\"%s\",\"size\":\"64x64\"}".formatted(prompt);
  }

  private static JsonNode video(String id) {
    return server.get("/v1/videos/" + id).json();
  }

  private static String review(String video) {
    return video.replace("video_", "review_");
  }

  private static Answer decide(String review, String verb, String body) {
    return server.send(
        server
            .request(REVIEWS + "/" + review + "/" + verb, TestServer.OPS_KEY)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static Answer cancel(String video) {
    return server.send(
        server.request("/v1/videos/" + video + "/cancel").POST(BodyPublishers.noBody()));
  }

  private static JsonNode awaitEnd(String video) {
    await()
        .atMost(PATIENCE)
        .until(() -> List.of("completed", "failed").contains(video(video).get("status").asText()));
    return video(video);
  }

  private static long rows(String from, String video) {
    String uuid = Ids.parseJob(video).orElseThrow().toString();
    return server
        .database()
        .number("SELECT count(*) FROM %s WHERE job_id = '%s'".formatted(from, uuid));
  }

  @Test
  void aHeldPromptIsInNobodysWayUntilItIsApproved() {
    Answer answer = server.post("/v1/videos", body(held()));
    JsonNode taken = answer.json();
    String id = taken.get("id").asText();
    assertThat(taken.get("status").asText()).isEqualTo("queued");
    assertThat(taken.at("/screening/verdict").asText()).isEqualTo("hold_for_review");
    assertThat(taken.at("/screening/reasons/0/rule").asText()).isEqualTo("nested_brackets");
    assertThat(taken.at("/screening/reasons/0/text").asText()).isEqualTo("(a【b】)");
    assertThat(taken.at("/review/status").asText()).isEqualTo("pending");
    long created = taken.get("created_at").asLong();
    assertThat(taken.at("/review/decide_by").asLong()).isEqualTo(created + 24 * 3600);
    assertThat(taken.at("/review/answer_by").asLong()).isEqualTo(created + 24 * 3600 + 600);
    assertThat(answer.header("openai-poll-after-ms")).isEqualTo("10000");

    JsonNode later = awaitEnd(server.submit(body("a cat")));
    assertThat(later.get("status").asText()).isEqualTo("completed");
    assertThat(video(id).get("status").asText()).isEqualTo("queued");
    assertThat(video(id).at("/review")).isEqualTo(taken.get("review"));
    assertThat(server.bean(JobQueue.class).snapshot(FixedModels.SERVICE, Instant.now()).depth())
        .isZero();
    assertThat(rows("waiting", id)).isZero();

    JsonNode shown = server.ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("status").asText()).isEqualTo("pending");
    assertThat(shown.get("prompt").asText()).contains("(a【b】)");
    assertThat(shown.get("video").asText()).isEqualTo(id);
    assertThat(shown.get("tenant").asText()).isEqualTo("default");
    assertThat(shown.at("/parameters/num_frames").asInt()).isEqualTo(17);
    assertThat(shown.at("/history/0/action").asText()).isEqualTo("held");

    Answer approved = decide(review(id), "approve", "{\"note\":\"a poem\"}");
    assertThat(approved.status()).as(approved.toString()).isEqualTo(200);
    assertThat(approved.json().get("decided_by").asText()).startsWith("key_");
    assertThat(approved.json().at("/history/1/action").asText()).isEqualTo("approved");
    assertThat(approved.json().at("/history/1/note").asText()).isEqualTo("a poem");
    JsonNode made = awaitEnd(id);
    assertThat(made.get("status").asText()).isEqualTo("completed");
    assertThat(made.at("/review/status").asText()).isEqualTo("approved");
    assertThat(made.at("/review/answer_by").asLong())
        .as("the deadline counts from the approval")
        .isLessThan(created + 3600);
    assertThat(made.at("/review/message").asText()).doesNotContain("a poem");
    assertThat(
            server
                .database()
                .number(
                    "SELECT count(*) FROM job_end e JOIN job j ON j.id = e.job_id"
                        + " WHERE j.decide_by IS NOT NULL AND e.created_at = j.queued_at"))
        .as("the service is accountable from the release on")
        .isEqualTo(
            server.database().number("SELECT count(*) FROM job WHERE queued_at IS NOT NULL"));
  }

  @Test
  void aRejectedPromptFailsWithTheNoteAndCostsNothingOfTheDay() throws IOException {
    List<String> told = new CopyOnWriteArrayList<>();
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    String key = server.key("poor", "free");
    String hooked =
        "{\"prompt\":\"%s\",\"webhook_url\":\"http://127.0.0.1:%d/hook\"}"
            .formatted(held(), receiver.getAddress().getPort());
    String id = as(key, hooked).json().get("id").asText();
    assertThat(used("poor")).isEqualTo(1);

    assertThat(param(decide(review(id), "reject", "{}"))).isEqualTo("note");
    assertThat(param(decide(review(id), "reject", "{\"note\":\" \"}"))).isEqualTo("note");
    assertThat(param(decide(review(id), "reject", "{\"note\":\"a\\u0000b\"}"))).isEqualTo("note");
    assertThat(param(decide(review(id), "approve", "{\"note\":\"\\ud800\"}"))).isEqualTo("note");
    assertThat(param(decide(review(id), "reject", "{\"note\":\"" + "é".repeat(2001) + "\"}")))
        .isEqualTo("note");
    assertThat(server.ops(REVIEWS + "/" + review(id)).json().get("status").asText())
        .isEqualTo("pending");

    double before = rejectedJobs();
    Answer rejected = decide(review(id), "reject", "{\"note\":\"a shell script\"}");
    assertThat(rejected.status()).as(rejected.toString()).isEqualTo(200);
    await().atMost(PATIENCE).until(() -> told.size() == 1);
    receiver.stop(0);
    JsonNode event = new ObjectMapper().readTree(told.getFirst());
    assertThat(event.get("type").asText()).isEqualTo("video.failed");
    assertThat(event.at("/data/error/code").asText()).isEqualTo("prompt_rejected");
    assertThat(event.at("/data/error/message").asText()).endsWith("rejected it: a shell script");
    assertThat(event.at("/data/review/status").asText()).isEqualTo("rejected");
    assertThat(used("poor")).isZero();
    assertThat(rows("job_end", id)).as("it never reached the service").isZero();
    assertThat(rejectedJobs()).isEqualTo(before + 1);
  }

  private static Answer as(String key, String body) {
    return server.send(
        server
            .request("/v1/videos", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static long used(String tenant) {
    return server
        .database()
        .number("SELECT sum(submitted) FROM daily_usage WHERE tenant = '" + tenant + "'");
  }

  private static String param(Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    return answer.json().at("/error/param").asText();
  }

  private static double rejectedJobs() {
    return server
        .bean(Meters.class)
        .counter(MetricCatalogue.JOBS_FINISHED)
        .labelValues(FixedModels.SERVICE, "rejected")
        .get();
  }

  /** Each of six prompts is decided by four people at the same moment. */
  @Test
  void ofSeveralReviewersOneDecidesAndTheOthersAreToldWho() throws Exception {
    List<String> reviews = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      reviews.add(review(server.submit(body(held()))));
    }
    CyclicBarrier together = new CyclicBarrier(4);
    try (ExecutorService people = Executors.newFixedThreadPool(4)) {
      for (String review : reviews) {
        List<Future<Answer>> answers = new ArrayList<>();
        for (int person = 0; person < 4; person++) {
          String verb = person % 2 == 0 ? "approve" : "reject";
          answers.add(
              people.submit(
                  () -> {
                    together.await();
                    return decide(review, verb, "{\"note\":\"my view\"}");
                  }));
        }
        List<Answer> all = new ArrayList<>();
        for (Future<Answer> answer : answers) {
          all.add(answer.get());
        }
        assertThat(all).extracting(Answer::status).containsOnlyOnce(200);
        String outcome = server.ops(REVIEWS + "/" + review).json().get("status").asText();
        assertThat(all)
            .filteredOn(answer -> answer.status() != 200)
            .allSatisfy(
                answer -> {
                  assertThat(answer.status()).isEqualTo(409);
                  assertThat(answer.json().at("/error/code").asText()).isEqualTo("conflict");
                  assertThat(answer.json().at("/error/message").asText())
                      .contains("was " + outcome + " by key_");
                });
        String video = review.replace("review_", "video_");
        assertThat(rows("review_decision", video)).isEqualTo(1);
        assertThat(awaitEnd(video).get("status").asText())
            .isEqualTo(outcome.equals("approved") ? "completed" : "failed");
      }
    }
  }

  @Test
  void aCustomerTakesBackWhatNobodyDecidedOn() {
    String id = server.submit(body(held()));
    Answer early = server.send(server.request("/v1/videos/" + id).DELETE());
    assertThat(early.status()).isEqualTo(409);
    JsonNode cancelled = cancel(id).json();
    assertThat(cancelled.at("/error/code").asText()).isEqualTo("cancelled");
    assertThat(cancelled.at("/review/status").asText()).isEqualTo("withdrawn");
    assertThat(rows("job_end", id)).isZero();

    JsonNode shown = server.ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("status").asText()).isEqualTo("withdrawn");
    assertThat(shown.at("/history/1/actor").asText()).isEqualTo("customer");
    Answer late = decide(review(id), "approve", "{}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.json().at("/error/message").asText()).startsWith("The customer cancelled");

    assertThat(server.send(server.request("/v1/videos/" + id).DELETE()).status()).isEqualTo(200);
    JsonNode gone = server.ops(REVIEWS + "/" + review(id)).json();
    assertThat(gone.get("status").asText()).isEqualTo("withdrawn");
    assertThat(gone.has("prompt")).isFalse();
    assertThat(gone.get("reasons")).isEmpty();
    assertThat(
            server
                .database()
                .number(
                    "SELECT count(*) FROM job WHERE deleted_at IS NOT NULL AND screening IS NOT NULL"))
        .isZero();
  }

  @Test
  void anIdempotentRepetitionGetsTheHeldJob() {
    String prompt = held();
    Answer first =
        server.send(server.json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    Answer again =
        server.send(server.json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    assertThat(again.json()).isEqualTo(first.json());
    Answer other =
        server.send(server.json("/v1/videos", body(held())).header("Idempotency-Key", "k"));
    assertThat(other.status()).isEqualTo(409);
    String id = first.json().get("id").asText();
    assertThat(decide(review(id), "approve", "{\"exception\":true}").status()).isEqualTo(200);
    Answer after =
        server.send(server.json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    assertThat(after.json().get("id").asText()).isEqualTo(id);
    assertThat(awaitEnd(id).get("status").asText()).isEqualTo("completed");
  }

  @Test
  void whatNobodyDecidesOnInTimeEndsOnceAndSaysSo() {
    String key = server.key("forgotten", "free");
    String id = as(key, body(held())).json().get("id").asText();
    assertThat(used("forgotten")).isEqualTo(1);
    assertThat(at(Duration.ofHours(23)).expire()).isZero();
    List<Reviews> replicas = List.of(at(Duration.ofHours(25)), at(Duration.ofHours(25)));
    long before = server.database().number("SELECT count(*) FROM held");
    int expired = replicas.parallelStream().mapToInt(Reviews::expire).sum();
    assertThat(expired).isEqualTo(before);
    assertThat(rows("review_decision", id)).isEqualTo(1);
    assertThat(used("forgotten")).isZero();

    JsonNode ended = server.send(server.request("/v1/videos/" + id, key)).json();
    assertThat(ended.get("status").asText()).isEqualTo("failed");
    assertThat(ended.at("/error/code").asText()).isEqualTo("review_expired");
    assertThat(ended.at("/review/status").asText()).isEqualTo("expired");
    JsonNode shown = server.ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("decided_by").asText()).isEqualTo("deadline");
    assertThat(decide(review(id), "approve", "{}").json().at("/error/message").asText())
        .contains("was expired by deadline");
  }

  /** The reviews of a replica that much later. */
  private static Reviews at(Duration later) {
    return new Reviews(
        server.bean(JobQueue.class),
        server.bean(ReviewStore.class),
        server.bean(DailyQuota.class),
        server.bean(ReviewSettings.class),
        Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC),
        new Meters());
  }

  @Test
  void nobodyDecidesAfterTheDeadline() {
    String id = server.submit(body(held()));
    StoredReview pending =
        server.bean(ReviewStore.class).find(Ids.parseJob(id).orElseThrow()).orElseThrow();
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> at(Duration.ofHours(25)).approve(pending, "key_1", "", false)))
        .hasMessageContaining("The time to decide on " + pending.id() + " ended at");
    assertThat(cancel(id).status()).isEqualTo(200);
  }

  @Test
  void anExceptionLetsTheSamePromptPassForItsServiceUntilItIsRevoked() {
    String prompt = held();
    String id = server.submit(body(prompt));
    JsonNode approved =
        decide(review(id), "approve", "{\"exception\":true,\"note\":\"a poet\"}").json();
    String exception = approved.get("exception").asText();
    String shouted = prompt.toUpperCase(java.util.Locale.ROOT);
    JsonNode again = video(server.submit(body(shouted)));
    assertThat(again.has("review")).isFalse();
    assertThat(again.has("screening")).isFalse();
    assertThat(verdict(prompt)).isEqualTo("accept");
    assertThat(verdict(held())).isEqualTo("hold_for_review");
    assertThat(server.bean(ExceptionStore.class).has("other/service", prompt)).isFalse();

    JsonNode listed =
        server.ops("/ops/v1/prompt-exceptions?service=" + FixedModels.SERVICE).json().get("data");
    assertThat(listed).extracting(e -> e.get("id").asText()).contains(exception);
    Answer revoked = revoke(exception);
    assertThat(revoked.status()).as(revoked.toString()).isEqualTo(200);
    assertThat(revoked.json().get("note").asText()).isEqualTo("a poet");
    assertThat(verdict(prompt)).isEqualTo("hold_for_review");
    assertThat(revoke(exception).status()).isEqualTo(409);
    assertThat(revoke("exception_999999").status()).isEqualTo(404);
    assertThat(revoke("exception_x").status()).isEqualTo(404);
    assertThat(server.get("/ops/v1/prompt-exceptions").status()).isEqualTo(403);
  }

  private static String verdict(String prompt) {
    return server.post("/v1/prompts/screen", body(prompt)).json().get("verdict").asText();
  }

  private static Answer revoke(String exception) {
    return server.send(
        server.request("/ops/v1/prompt-exceptions/" + exception, TestServer.OPS_KEY).DELETE());
  }

  @Test
  void aRestartInMidReviewLosesNothing() {
    String first = server.submit(body(held()));
    String second = server.submit(body(held()));
    assertThat(decide(review(first), "approve", "{}").status()).isEqualTo(200);
    server.stop();
    server = TestServer.start(server.database(), SETTINGS);
    JsonNode pending = server.ops(REVIEWS + "?status=pending&limit=100").json().get("data");
    assertThat(pending)
        .extracting(r -> r.get("video").asText())
        .contains(second)
        .doesNotContain(first);
    assertThat(video(second).at("/review/status").asText()).isEqualTo("pending");
    assertThat(decide(review(first), "reject", "{\"note\":\"no\"}").status()).isEqualTo(409);
    assertThat(decide(review(second), "approve", "{}").status()).isEqualTo(200);
    assertThat(awaitEnd(first).get("status").asText()).isEqualTo("completed");
    assertThat(awaitEnd(second).get("status").asText()).isEqualTo("completed");
  }

  @Test
  void reviewsAreListedOldestFirstInPages() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(review(server.submit(body(held()))));
    }
    decide(ids.get(1), "reject", "{\"note\":\"no\"}");
    JsonNode all = server.ops(REVIEWS + "?limit=2&order=desc").json();
    assertThat(all.get("has_more").asBoolean()).isTrue();
    assertThat(all.get("data"))
        .extracting(r -> r.get("id").asText())
        .containsExactly(ids.get(2), ids.get(1));
    JsonNode after = server.ops(REVIEWS + "?status=pending&limit=1&after=" + ids.get(0)).json();
    assertThat(after.get("data")).extracting(r -> r.get("id").asText()).containsExactly(ids.get(2));
    assertThat(after.get("last_id").asText()).isEqualTo(ids.get(2));
    assertThat(after.get("has_more").asBoolean()).isFalse();
    assertThat(server.ops(REVIEWS + "?service=other/one").json().get("data")).isEmpty();
    assertThat(server.ops(REVIEWS + "?limit=0").json().get("has_more").asBoolean()).isTrue();
    for (String wrong :
        List.of(
            "status=open", "limit=101", "order=up", "after=review_1", "service=%00", "tenant=a")) {
      assertThat(param(server.ops(REVIEWS + "?" + wrong)))
          .isEqualTo(wrong.substring(0, wrong.indexOf('=')));
    }
    assertThat(param(server.ops(REVIEWS + "?after=review_" + "0".repeat(32)))).isEqualTo("after");
    assertThat(server.ops(REVIEWS + "/review_" + "0".repeat(32)).status()).isEqualTo(404);
    assertThat(server.ops(REVIEWS + "/video_1").status()).isEqualTo(404);
    assertThat(server.get(REVIEWS).status()).as("a customer's key").isEqualTo(403);

    server.bean(ReviewWatch.class).look();
    assertThat(gauge()).isEqualTo(server.database().number("SELECT count(*) FROM held"));
    List.of(ids.get(0), ids.get(2)).forEach(id -> cancel(id.replace("review_", "video_")));
  }

  private static double gauge() {
    return server
        .bean(Meters.class)
        .gauge(MetricCatalogue.REVIEWS_PENDING)
        .labelValues(FixedModels.SERVICE)
        .get();
  }

  @Test
  void thereAreOnlySoManyAtOnceAndWaitingForThemIsNoUse() {
    List<String> taken = new ArrayList<>();
    Answer answer = server.post("/v1/videos", body(held()));
    while (answer.status() == 200) {
      taken.add(answer.json().get("id").asText());
      assertThat(taken).hasSizeLessThan(14);
      answer = server.post("/v1/videos", body(held()));
    }
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("queue_full");
    assertThat(answer.json().at("/error/message").asText())
        .startsWith("12 prompts wait for a person's decision already; at most 12 may.");
    assertThat(server.submit(body("a dog"))).startsWith("video_");
    assertThat(cancel(taken.removeFirst()).status()).isEqualTo(200);
    Answer sync = server.post("/v1/videos/sync", body(held()));
    assertThat(sync.status()).isEqualTo(504);
    assertThat(sync.json().at("/error/message").asText()).startsWith("A person looks at");
    JsonNode pending = server.ops(REVIEWS + "?status=pending&limit=100").json().get("data");
    pending.forEach(review -> cancel(review.get("video").asText()));
  }

  @Test
  void aPromptOfSafeModeIsMadeWithFewerFramesAndMoreSteps() {
    JsonNode told = server.post("/v1/prompts/screen", body("a fragile cat")).json();
    assertThat(told.get("verdict").asText()).isEqualTo("accept_safe_mode");
    assertThat(told.at("/safe_mode/num_frames").asInt()).isEqualTo(9);
    assertThat(told.at("/safe_mode/num_inference_steps").asInt()).isEqualTo(10);
    Answer taken = server.post("/v1/videos", body("a fragile cat"));
    assertThat(taken.json().get("screening")).isEqualTo(told);
    assertThat(taken.json().get("seconds").asText()).isEqualTo("0.5");
    JsonNode made = awaitEnd(taken.json().get("id").asText());
    assertThat(made.at("/delivered/safe_mode").asBoolean()).isTrue();
    assertThat(made.at("/delivered/num_frames").asInt()).isEqualTo(9);
    assertThat(made.at("/delivered/degraded").asBoolean()).isFalse();
    assertThat(made.at("/screening/reasons/0/text").asText()).isEqualTo("fragile");
    assertThat(node.requests())
        .filteredOn(request -> request.prompt().equals("a fragile cat"))
        .allSatisfy(
            request -> {
              assertThat(request.numFrames()).isEqualTo(9);
              assertThat(request.numInferenceSteps()).isEqualTo(10);
            })
        .hasSize(1);

    String own =
        "{\"prompt\":\"a fragile dog\",\"size\":\"64x64\",\"num_frames\":5,\"num_inference_steps\":4}";
    JsonNode asked = awaitEnd(server.submit(own));
    assertThat(asked.at("/delivered/num_frames").asInt()).isEqualTo(5);
    assertThat(asked.at("/delivered").has("safe_mode")).isFalse();
    assertThat(asked.at("/screening/verdict").asText()).isEqualTo("accept_safe_mode");
    assertThat(asked.at("/screening/safe_mode").isNull()).isTrue();
  }

  @Test
  void aSuggestionStaysWithTheVideo() {
    String body = body("a cat runs runs runs runs runs runs home");
    JsonNode told = server.post("/v1/prompts/screen", body).json();
    assertThat(told.get("suggested_prompt").asText()).isEqualTo("a cat runs home");
    JsonNode taken = server.post("/v1/videos", body).json();
    assertThat(taken.get("screening")).isEqualTo(told);
    JsonNode made = awaitEnd(taken.get("id").asText());
    assertThat(made.get("screening")).isEqualTo(told);
    assertThat(made.has("review")).isFalse();
    assertThat(video(server.submit(body("a plain cat"))).has("screening")).isFalse();
  }
}
