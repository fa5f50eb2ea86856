package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.DrainDecision.Decision;
import dev.kintsugi.core.node.DrainDecision.Decision.Exit;
import dev.kintsugi.core.node.DrainDecision.Decision.HandBack;
import dev.kintsugi.core.node.DrainDecision.Decision.Wait;
import dev.kintsugi.core.node.DrainDecision.Load;
import dev.kintsugi.core.node.DrainDecision.Policy;
import dev.kintsugi.core.node.DrainDecision.Reason;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DrainDecisionTest {
  private static final Instant SINCE = Instant.parse("2026-01-01T12:00:00Z");
  private static final Policy POLICY =
      new Policy(SINCE, Duration.ofSeconds(25), Duration.ofSeconds(3));

  @Test
  void anIdleNodeGoesAtOnce() {
    assertThat(at(0, 0, 0)).isEqualTo(new Exit(Reason.IDLE));
  }

  @Test
  void aRunningAttemptMayFinish() {
    assertThat(at(10, 1, 0)).isEqualTo(new Wait(Duration.ofSeconds(12)));
  }

  @Test
  void whatCannotFinishIsHandedBackBeforeTheEnd() {
    assertThat(at(22, 1, 0)).isEqualTo(new HandBack(1));
  }

  @Test
  void aResultWaitsToBeFetchedUntilTheEnd() {
    assertThat(at(23, 0, 1)).isEqualTo(new Wait(Duration.ofSeconds(2)));
    assertThat(at(25, 0, 1)).isEqualTo(new Exit(Reason.GRACE_OVER));
  }

  @Property
  void noNodeOutlivesItsGraceWithoutHandingBack(
      @ForAll @IntRange(min = 25, max = 1_000) int second,
      @ForAll @IntRange(min = 0, max = 2) int running,
      @ForAll @IntRange(min = 0, max = 2) int unfetched) {
    assertThat(at(second, running, unfetched)).isNotInstanceOf(Wait.class);
  }

  private static Decision at(int second, int running, int unfetched) {
    return DrainDecision.decide(new Load(running, unfetched), POLICY, SINCE.plusSeconds(second));
  }
}
