package dev.kintsugi.controlplane.reviews;

import static dev.kintsugi.controlplane.reviews.ReviewScene.REVIEWS;
import static dev.kintsugi.controlplane.reviews.ReviewScene.body;
import static dev.kintsugi.controlplane.reviews.ReviewScene.held;
import static dev.kintsugi.controlplane.reviews.ReviewScene.param;
import static dev.kintsugi.controlplane.reviews.ReviewScene.review;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.TestServer;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.metrics.JobCatalogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Over real HTTP, on real PostgreSQL, with a node that counts steps. */
class ReviewsTest {

  private static ReviewScene scene;

  @BeforeAll
  static void start() {
    scene = new ReviewScene();
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @Test
  void aHeldPromptIsInNobodysWayUntilItIsApproved() {
    Answer answer = scene.server().post("/v1/videos", body(held()));
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

    JsonNode later = scene.awaitEnd(scene.server().submit(body("a cat")));
    assertThat(later.get("status").asText()).isEqualTo("completed");
    assertThat(scene.video(id).get("status").asText()).isEqualTo("queued");
    assertThat(scene.video(id).at("/review")).isEqualTo(taken.get("review"));
    await("what other tests left waiting is gone, and nothing else waits")
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                scene
                        .server()
                        .bean(JobQueue.class)
                        .snapshot(FixedModels.SERVICE, Instant.now())
                        .depth()
                    == 0);
    assertThat(scene.rows("waiting", id)).isZero();

    JsonNode shown = scene.server().ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("status").asText()).isEqualTo("pending");
    assertThat(shown.get("prompt").asText()).contains("(a【b】)");
    assertThat(shown.get("video").asText()).isEqualTo(id);
    assertThat(shown.get("tenant").asText()).isEqualTo("default");
    assertThat(shown.at("/parameters/num_frames").asInt()).isEqualTo(17);
    assertThat(shown.at("/history/0/action").asText()).isEqualTo("held");

    Answer approved = scene.decide(review(id), "approve", "{\"note\":\"a poem\"}");
    assertThat(approved.status()).as(approved.toString()).isEqualTo(200);
    assertThat(approved.json().get("decided_by").asText()).startsWith("key_");
    assertThat(approved.json().at("/history/1/action").asText()).isEqualTo("approved");
    assertThat(approved.json().at("/history/1/note").asText()).isEqualTo("a poem");
    JsonNode made = scene.awaitEnd(id);
    assertThat(made.get("status").asText()).isEqualTo("completed");
    assertThat(made.at("/review/status").asText()).isEqualTo("approved");
    assertThat(made.at("/review/answer_by").asLong())
        .as("the deadline counts from the approval")
        .isLessThan(created + 3600);
    assertThat(made.at("/review/message").asText()).doesNotContain("a poem");
    assertThat(
            scene
                .server()
                .database()
                .number(
                    "SELECT count(*) FROM job_end e JOIN job j ON j.id = e.job_id"
                        + " WHERE j.decide_by IS NOT NULL AND e.created_at = j.queued_at"))
        .as("the service is accountable from the release on")
        .isEqualTo(
            scene
                .server()
                .database()
                .number("SELECT count(*) FROM job WHERE queued_at IS NOT NULL"));
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
    String key = scene.server().key("poor", "free");
    String hooked =
        "{\"prompt\":\"%s\",\"webhook_url\":\"http://127.0.0.1:%d/hook\"}"
            .formatted(held(), receiver.getAddress().getPort());
    String id = scene.as(key, hooked).json().get("id").asText();
    assertThat(scene.used("poor")).isEqualTo(1);

    assertThat(param(scene.decide(review(id), "reject", "{}"))).isEqualTo("note");
    assertThat(param(scene.decide(review(id), "reject", "{\"note\":\" \"}"))).isEqualTo("note");
    assertThat(param(scene.decide(review(id), "reject", "{\"note\":\"a\\u0000b\"}")))
        .isEqualTo("note");
    assertThat(param(scene.decide(review(id), "approve", "{\"note\":\"\\ud800\"}")))
        .isEqualTo("note");
    assertThat(param(scene.decide(review(id), "reject", "{\"note\":\"" + "é".repeat(2001) + "\"}")))
        .isEqualTo("note");
    assertThat(scene.server().ops(REVIEWS + "/" + review(id)).json().get("status").asText())
        .isEqualTo("pending");

    double before = rejectedJobs();
    Answer rejected = scene.decide(review(id), "reject", "{\"note\":\"a shell script\"}");
    assertThat(rejected.status()).as(rejected.toString()).isEqualTo(200);
    await().atMost(Duration.ofMinutes(1)).until(() -> told.size() == 1);
    receiver.stop(0);
    JsonNode event = new ObjectMapper().readTree(told.getFirst());
    assertThat(event.get("type").asText()).isEqualTo("video.failed");
    assertThat(event.at("/data/error/code").asText()).isEqualTo("prompt_rejected");
    assertThat(event.at("/data/error/message").asText()).endsWith("rejected it: a shell script");
    assertThat(event.at("/data/review/status").asText()).isEqualTo("rejected");
    assertThat(scene.used("poor")).isZero();
    assertThat(scene.rows("job_end", id)).as("it never reached the service").isZero();
    assertThat(rejectedJobs()).isEqualTo(before + 1);
  }

  private static double rejectedJobs() {
    return scene
        .server()
        .bean(Meters.class)
        .counter(JobCatalogue.JOBS_FINISHED)
        .labelValues(FixedModels.SERVICE, "rejected")
        .get();
  }

  /** Each of six prompts is decided by four people at the same moment. */
  @Test
  void aCustomerTakesBackWhatNobodyDecidedOn() {
    String id = scene.server().submit(body(held()));
    Answer early = scene.server().send(scene.server().request("/v1/videos/" + id).DELETE());
    assertThat(early.status()).isEqualTo(409);
    JsonNode cancelled = scene.cancel(id).json();
    assertThat(cancelled.at("/error/code").asText()).isEqualTo("cancelled");
    assertThat(cancelled.at("/review/status").asText()).isEqualTo("withdrawn");
    assertThat(scene.rows("job_end", id)).isZero();

    JsonNode shown = scene.server().ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("status").asText()).isEqualTo("withdrawn");
    assertThat(shown.at("/history/1/actor").asText()).isEqualTo("customer");
    Answer late = scene.decide(review(id), "approve", "{}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.json().at("/error/message").asText()).startsWith("The customer cancelled");

    assertThat(scene.server().send(scene.server().request("/v1/videos/" + id).DELETE()).status())
        .isEqualTo(200);
    JsonNode gone = scene.server().ops(REVIEWS + "/" + review(id)).json();
    assertThat(gone.get("status").asText()).isEqualTo("withdrawn");
    assertThat(gone.has("prompt")).isFalse();
    assertThat(gone.get("reasons")).isEmpty();
    assertThat(
            scene
                .server()
                .database()
                .number(
                    "SELECT count(*) FROM job WHERE deleted_at IS NOT NULL AND screening IS NOT NULL"))
        .isZero();
  }

  @Test
  void anIdempotentRepetitionGetsTheHeldJob() {
    String prompt = held();
    Answer first =
        scene
            .server()
            .send(scene.server().json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    Answer again =
        scene
            .server()
            .send(scene.server().json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    assertThat(again.json()).isEqualTo(first.json());
    Answer other =
        scene
            .server()
            .send(scene.server().json("/v1/videos", body(held())).header("Idempotency-Key", "k"));
    assertThat(other.status()).isEqualTo(409);
    String id = first.json().get("id").asText();
    assertThat(scene.decide(review(id), "approve", "{\"exception\":true}").status()).isEqualTo(200);
    Answer after =
        scene
            .server()
            .send(scene.server().json("/v1/videos", body(prompt)).header("Idempotency-Key", "k"));
    assertThat(after.json().get("id").asText()).isEqualTo(id);
    assertThat(scene.awaitEnd(id).get("status").asText()).isEqualTo("completed");
  }

  @Test
  void whatNobodyDecidesOnInTimeEndsOnceAndSaysSo() {
    String key = scene.server().key("forgotten", "free");
    String id = scene.as(key, body(held())).json().get("id").asText();
    assertThat(scene.used("forgotten")).isEqualTo(1);
    assertThat(scene.at(Duration.ofHours(23)).expire()).isZero();
    List<Reviews> replicas =
        List.of(scene.at(Duration.ofHours(25)), scene.at(Duration.ofHours(25)));
    long before = scene.server().database().number("SELECT count(*) FROM held");
    int expired = replicas.parallelStream().mapToInt(Reviews::expire).sum();
    assertThat(expired).isEqualTo(before);
    assertThat(scene.rows("review_decision", id)).isEqualTo(1);
    assertThat(scene.used("forgotten")).isZero();

    JsonNode ended = scene.server().send(scene.server().request("/v1/videos/" + id, key)).json();
    assertThat(ended.get("status").asText()).isEqualTo("failed");
    assertThat(ended.at("/error/code").asText()).isEqualTo("review_expired");
    assertThat(ended.at("/review/status").asText()).isEqualTo("expired");
    JsonNode shown = scene.server().ops(REVIEWS + "/" + review(id)).json();
    assertThat(shown.get("decided_by").asText()).isEqualTo("deadline");
    assertThat(scene.decide(review(id), "approve", "{}").json().at("/error/message").asText())
        .contains("was expired by deadline");
  }

  @Test
  void nobodyDecidesAfterTheDeadline() {
    String id = scene.server().submit(body(held()));
    StoredReview pending =
        scene.server().bean(ReviewStore.class).find(Ids.parseJob(id).orElseThrow()).orElseThrow();
    assertThat(
            catchThrowable(
                () -> scene.at(Duration.ofHours(25)).approve(pending, "key_1", "", false)))
        .hasMessageContaining("The time to decide on " + pending.id() + " ended at");
    assertThat(scene.cancel(id).status()).isEqualTo(200);
  }

  @Test
  void aRestartInMidReviewLosesNothing() {
    String first = scene.server().submit(body(held()));
    String second = scene.server().submit(body(held()));
    assertThat(scene.decide(review(first), "approve", "{}").status()).isEqualTo(200);
    scene.restart();
    JsonNode pending = scene.server().ops(REVIEWS + "?status=pending&limit=100").json().get("data");
    assertThat(pending)
        .extracting(r -> r.get("video").asText())
        .contains(second)
        .doesNotContain(first);
    assertThat(scene.video(second).at("/review/status").asText()).isEqualTo("pending");
    assertThat(scene.decide(review(first), "reject", "{\"note\":\"no\"}").status()).isEqualTo(409);
    Answer bare =
        scene
            .server()
            .send(
                scene
                    .server()
                    .request(REVIEWS + "/" + review(second) + "/approve", TestServer.OPS_KEY)
                    .POST(BodyPublishers.noBody()));
    assertThat(bare.status()).as(bare.toString()).isEqualTo(200);
    assertThat(scene.awaitEnd(first).get("status").asText()).isEqualTo("completed");
    assertThat(scene.awaitEnd(second).get("status").asText()).isEqualTo("completed");
  }

  @Test
  void reviewsAreListedOldestFirstInPages() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(review(scene.server().submit(body(held()))));
    }
    scene.decide(ids.get(1), "reject", "{\"note\":\"no\"}");
    JsonNode all = scene.server().ops(REVIEWS + "?limit=2&order=desc").json();
    assertThat(all.get("has_more").asBoolean()).isTrue();
    assertThat(all.get("data"))
        .extracting(r -> r.get("id").asText())
        .containsExactly(ids.get(2), ids.get(1));
    JsonNode after =
        scene.server().ops(REVIEWS + "?status=pending&limit=1&after=" + ids.get(0)).json();
    assertThat(after.get("data")).extracting(r -> r.get("id").asText()).containsExactly(ids.get(2));
    assertThat(after.get("last_id").asText()).isEqualTo(ids.get(2));
    assertThat(after.get("has_more").asBoolean()).isFalse();
    assertThat(scene.server().ops(REVIEWS + "?service=other/one").json().get("data")).isEmpty();
    assertThat(scene.server().ops(REVIEWS + "?limit=0").json().get("has_more").asBoolean())
        .isTrue();
    for (String wrong :
        List.of(
            "status=open", "limit=101", "order=up", "after=review_1", "service=%00", "tenant=a")) {
      assertThat(param(scene.server().ops(REVIEWS + "?" + wrong)))
          .isEqualTo(wrong.substring(0, wrong.indexOf('=')));
    }
    assertThat(param(scene.server().ops(REVIEWS + "?after=review_" + "0".repeat(32))))
        .isEqualTo("after");
    assertThat(scene.server().ops(REVIEWS + "/review_" + "0".repeat(32)).status()).isEqualTo(404);
    assertThat(scene.server().ops(REVIEWS + "/video_1").status()).isEqualTo(404);
    assertThat(scene.server().get(REVIEWS).status()).as("a customer's key").isEqualTo(403);

    scene.server().bean(ReviewWatch.class).look();
    assertThat(gauge()).isEqualTo(scene.server().database().number("SELECT count(*) FROM held"));
    List.of(ids.get(0), ids.get(2)).forEach(id -> scene.cancel(id.replace("review_", "video_")));
  }

  private static double gauge() {
    return scene
        .server()
        .bean(Meters.class)
        .gauge(AdmissionCatalogue.REVIEWS_PENDING)
        .labelValues(FixedModels.SERVICE)
        .get();
  }

  @Test
  void thereAreOnlySoManyAtOnceAndWaitingForThemIsNoUse() {
    List<String> taken = new ArrayList<>();
    Answer answer = scene.server().post("/v1/videos", body(held()));
    while (answer.status() == 200) {
      taken.add(answer.json().get("id").asText());
      assertThat(taken).hasSizeLessThan(14);
      answer = scene.server().post("/v1/videos", body(held()));
    }
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("queue_full");
    assertThat(answer.json().at("/error/message").asText())
        .startsWith("12 prompts wait for a person's decision already; at most 12 may.");
    assertThat(scene.server().submit(body("a dog"))).startsWith("video_");
    assertThat(scene.cancel(taken.removeFirst()).status()).isEqualTo(200);
    Answer sync = scene.server().post("/v1/videos/sync", body(held()));
    assertThat(sync.status()).isEqualTo(504);
    assertThat(sync.json().at("/error/message").asText()).startsWith("A person looks at");
    JsonNode pending = scene.server().ops(REVIEWS + "?status=pending&limit=100").json().get("data");
    pending.forEach(review -> scene.cancel(review.get("video").asText()));
  }
}
