package dev.kintsugi.controlplane.reviews;

import static dev.kintsugi.controlplane.reviews.ReviewScene.REVIEWS;
import static dev.kintsugi.controlplane.reviews.ReviewScene.body;
import static dev.kintsugi.controlplane.reviews.ReviewScene.held;
import static dev.kintsugi.controlplane.reviews.ReviewScene.review;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.testkit.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A held prompt, and several who want to end that at the same moment: it ends once. */
class ReviewRacesTest {

  private static final String NOTE = "{\"note\":\"my view\"}";
  private static final int ROUNDS = 6;

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
  void ofSeveralReviewersOneDecidesAndTheOthersAreToldWho() throws Exception {
    List<String> reviews = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      reviews.add(review(scene.server().submit(body(held()))));
    }
    for (String review : reviews) {
      Callable<Answer> approval = () -> scene.decide(review, "approve", NOTE);
      Callable<Answer> rejection = () -> scene.decide(review, "reject", NOTE);
      List<Answer> all = together(List.of(approval, rejection, approval, rejection));
      assertThat(all).extracting(Answer::status).containsOnlyOnce(200);
      String outcome = scene.server().ops(REVIEWS + "/" + review).json().get("status").asText();
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
      assertThat(scene.rows("review_decision", video)).isEqualTo(1);
      assertThat(scene.awaitEnd(video).get("status").asText())
          .isEqualTo(outcome.equals("approved") ? "completed" : "failed");
    }
  }

  @Test
  void anApprovalTheCustomerAndTheDeadlineMeetAndOneOfThemCounts() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String video = scene.server().submit(body(held()));
      Reviews late = scene.at(Duration.ofHours(25));
      List<Boolean> won =
          together(
              List.of(
                  () -> scene.decide(review(video), "approve", NOTE).status() == 200,
                  () -> scene.cancel(video).status() == 200,
                  () -> late.expire() == 1));
      JsonNode shown = scene.server().ops(REVIEWS + "/" + review(video)).json();
      String outcome = shown.get("status").asText();
      assertThat(outcome).isIn("approved", "withdrawn", "expired");
      assertThat(scene.rows("review_decision", video)).isEqualTo(1);
      assertThat(scene.rows("held", video)).isZero();
      assertThat(won.get(0)).as("approved").isEqualTo(outcome.equals("approved"));
      assertThat(won.get(2)).as("expired").isEqualTo(outcome.equals("expired"));
      // A customer may also cancel what was approved a moment before.
      assertThat(scene.awaitEnd(video).get("status").asText())
          .isIn(
              outcome.equals("approved")
                  ? List.of("completed", "cancelled", "failed")
                  : List.of("cancelled", "failed"));
    }
  }

  private static <T> List<T> together(List<Callable<T>> all) throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(all.size());
    try (ExecutorService people = Executors.newFixedThreadPool(all.size())) {
      List<Future<T>> running = new ArrayList<>();
      for (Callable<T> one : all) {
        running.add(
            people.submit(
                () -> {
                  barrier.await();
                  return one.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : running) {
        results.add(one.get());
      }
      return results;
    }
  }
}
