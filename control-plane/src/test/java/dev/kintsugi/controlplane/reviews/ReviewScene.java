package dev.kintsugi.controlplane.reviews;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.policies.PromptPolicies;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.DailyQuota;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.OneNodeServer;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Customers whose prompts are held, and reviewers. */
final class ReviewScene implements AutoCloseable {

  static final String REVIEWS = "/ops/v1/reviews";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final OneNodeServer all =
      new OneNodeServer(
          Map.of(
              "kintsugi.reviews.look-every",
              "1h",
              "kintsugi.reviews.most-pending",
              12,
              "kintsugi.webhooks.allow-private-targets",
              true));

  TestServer server() {
    return all.server();
  }

  void restart() {
    all.restart();
  }

  JsonNode video(String id) {
    return all.video(id);
  }

  JsonNode awaitEnd(String id) {
    return all.awaitEnd(id);
  }

  @Override
  public void close() {
    all.close();
  }

  /** A prompt that nobody used before, and that is held. */
  static String held() {
    return "number %d (a【b】) ".formatted(COUNT.incrementAndGet()) + "x".repeat(600);
  }

  static String body(String prompt) {
    return "{\"prompt\":\"%s\",\"size\":\"64x64\"}".formatted(prompt);
  }

  static String review(String video) {
    return video.replace("video_", "review_");
  }

  Answer decide(String review, String verb, String body) {
    return server()
        .send(
            server()
                .request(REVIEWS + "/" + review + "/" + verb, TestServer.OPS_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
  }

  Answer cancel(String video) {
    return server()
        .send(server().request("/v1/videos/" + video + "/cancel").POST(BodyPublishers.noBody()));
  }

  /** The reviews of a replica that much later. */
  Reviews at(Duration later) {
    return new Reviews(
        server().bean(JobQueue.class),
        server().bean(ReviewStore.class),
        server().bean(DailyQuota.class),
        server().bean(ReviewSettings.class),
        server().bean(PromptPolicies.class),
        Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC),
        new Meters());
  }

  long rows(String from, String video) {
    String uuid = Ids.parseJob(video).orElseThrow().toString();
    return server()
        .database()
        .number("SELECT count(*) FROM %s WHERE job_id = '%s'".formatted(from, uuid));
  }

  Answer as(String key, String body) {
    return server()
        .send(
            server()
                .request("/v1/videos", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
  }

  long used(String tenant) {
    return server()
        .database()
        .number("SELECT sum(submitted) FROM daily_usage WHERE tenant = '" + tenant + "'");
  }

  static String param(Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    return answer.json().at("/error/param").asText();
  }
}
