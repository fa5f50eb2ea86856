package dev.kintsugi.controlplane.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.testkit.Answer;
import dev.kintsugi.controlplane.testkit.FixedModels;
import dev.kintsugi.controlplane.testkit.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackTest {

  private static final String PROMPT = "{\"prompt\":\"a red ball\",\"size\":\"64x64\"}";

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
  void aLaterRatingReplacesTheEarlierOne() {
    String id = made();
    Answer first = rate(id, "{\"rating\": 2, \"comment\": \"blurred\"}");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.json().get("video_id").asText()).isEqualTo(id);
    assertThat(first.json().get("object").asText()).isEqualTo("video.feedback");
    assertThat(first.json().get("comment").asText()).isEqualTo("blurred");
    Answer second = rate(id, "{\"rating\": 5}");
    assertThat(second.json().get("rating").asInt()).isEqualTo(5);
    assertThat(second.json().get("comment").isNull()).isTrue();
    List<Rating> kept =
        server.bean(Feedback.class).since(FixedModels.SERVICE, Instant.EPOCH).stream()
            .filter(rating -> rating.job().equals(id))
            .toList();
    assertThat(kept).extracting(Rating::stars).containsExactly(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                               | missing_required_parameter | rating",
        "{\"rating\": null}               | missing_required_parameter | rating",
        "{\"rating\": 0}                  | invalid_value              | rating",
        "{\"rating\": 6}                  | invalid_value              | rating",
        "{\"rating\": 4.5}                | invalid_value              | rating",
        "{\"rating\": \"good\"}           | invalid_value              | rating",
        "{\"rating\": 4, \"comment\": 7}  | invalid_value              | comment",
      })
  void aWrongRatingIsRefusedByItsField(String body, String code, String param) {
    Answer answer = rate(made(), body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo(code);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
  }

  @Test
  void aCommentHasALimitAndABodyIsNeeded() {
    String id = made();
    assertThat(rate(id, "{\"rating\": 4, \"comment\": \"" + "x".repeat(2_001) + "\"}").status())
        .isEqualTo(400);
    assertThat(rate(id, "{\"rating\": 4, \"comment\": \"" + "x".repeat(2_000) + "\"}").status())
        .isEqualTo(200);
    assertThat(rate(id, "").json().at("/error/code").asText()).isEqualTo("invalid_request");
  }

  @Test
  void onlyACompletedVideoOfOnesOwnCanBeRated() {
    String id = made();
    String other = server.key("other", "free");
    Answer stranger =
        server.send(
            server
                .request("/v1/videos/" + id + "/feedback", other)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"rating\": 1}")));
    assertThat(stranger.status()).isEqualTo(404);
    assertThat(stranger.json().at("/error/code").asText()).isEqualTo("video_not_found");

    String waiting = server.submit(PROMPT);
    Answer early = rate(waiting, "{\"rating\": 1}");
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.json().at("/error/code").asText()).isEqualTo("not_ready");
    server.post("/v1/videos/" + waiting + "/cancel", "");
    assertThat(rate(waiting, "{\"rating\": 1}").status()).isEqualTo(409);
  }

  @Test
  void aDeletedVideoLosesItsComment() {
    String id = made();
    rate(id, "{\"rating\": 1, \"comment\": \"my secret\"}");
    server.send(server.request("/v1/videos/" + id).DELETE());
    assertThat(rate(id, "{\"rating\": 1}").status()).isEqualTo(404);
    assertThat(
            server
                .database()
                .number(
                    "SELECT count(*) FROM feedback WHERE rating = 1 AND comment IS NULL"
                        + " AND job_id = '"
                        + id
                        + "'"))
        .isEqualTo(1);
  }

  private static String made() {
    server.submit(PROMPT);
    Job job = server.worker().makeOne();
    return job.id();
  }

  private static Answer rate(String id, String body) {
    return server.post("/v1/videos/" + id + "/feedback", body);
  }
}
