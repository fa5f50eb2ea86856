package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.dispatch.FleetVersion.Acceptance;
import dev.kintsugi.core.dispatch.LeaseReview.NodeAnswer;
import dev.kintsugi.core.dispatch.LeaseReview.Reason;
import dev.kintsugi.core.dispatch.LeaseReview.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReviewsTest {

  private static final Duration ALLOWED = Duration.ofSeconds(10);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void anExpiredAttemptThatItsNodeStillHasIsAdoptedHoweverLate() {
    assertThat(LeaseReview.decide(NodeAnswer.HAS_IT, Duration.ofHours(1), ALLOWED))
        .isEqualTo(new Verdict.Adopt());
  }

  @ParameterizedTest
  @CsvSource({
    "DOES_NOT_KNOW, NODE_FORGOT",
    "REFUSED, NODE_DEAD",
    "NODE_REMOVED, NODE_REMOVED",
  })
  void anAttemptThatCannotEndIsRequeuedAtOnce(NodeAnswer answer, Reason reason) {
    assertThat(LeaseReview.decide(answer, Duration.ZERO, ALLOWED))
        .isEqualTo(new Verdict.Requeue(reason));
  }

  @Test
  void aSilentNodeGetsTheRestOfItsGrace() {
    assertThat(LeaseReview.decide(NodeAnswer.SILENT, Duration.ofSeconds(4), ALLOWED))
        .isEqualTo(new Verdict.Wait(Duration.ofSeconds(6)));
    assertThat(LeaseReview.decide(NodeAnswer.SILENT, ALLOWED, ALLOWED))
        .isEqualTo(new Verdict.Requeue(Reason.NODE_SILENT));
  }

  @Test
  void orphansAreCancelledOnlyAfterTheGraceAndForgottenWhenTheyEnd() {
    OrphanReview seen = OrphanReview.NOTHING.next(List.of("a", "b"), Set.of("b"), ALLOWED, NOW);
    assertThat(seen.cancel()).isEmpty();
    assertThat(seen.firstSeen()).containsOnlyKeys("a");

    OrphanReview due = seen.next(List.of("a", "b"), Set.of("b"), ALLOWED, NOW.plus(ALLOWED));
    assertThat(due.cancel()).containsExactly("a");

    OrphanReview gone = seen.next(List.of("b"), Set.of("b"), ALLOWED, NOW.plusSeconds(5));
    assertThat(gone.next(List.of("a"), Set.of(), ALLOWED, NOW.plus(ALLOWED)).cancel()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "u, 2, 5, UNCHANGED",
    "u, 2, 6, STORE",
    "u, 3, 0, STORE",
    "u, 2, 4, STALE",
    "u, 1, 9, STALE",
    "v, 1, 1, STORE",
  })
  void onlyNewerStatesOfTheSameServiceReplaceTheStoredOne(
      String uid, long generation, long sequence, Acceptance expected) {
    assertThat(new FleetVersion("u", 2, 5).judge(new FleetVersion(uid, generation, sequence)))
        .isEqualTo(expected);
  }
}
