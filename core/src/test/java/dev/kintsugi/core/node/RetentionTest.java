package dev.kintsugi.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.node.Retention.Kept;
import dev.kintsugi.core.node.Retention.Policy;
import dev.kintsugi.core.node.Retention.Prune;
import dev.kintsugi.core.node.Retention.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Policy POLICY = new Policy(Duration.ofMinutes(30), 1_000);

  @Test
  void filesWaitTheirTimeAndNoLonger() {
    List<Kept> kept = List.of(kept("young", 29), kept("exactly", 30), kept("old", 31));
    assertThat(Retention.decide(kept, POLICY, 5_000, NOW))
        .containsExactly(new Prune("old", Reason.EXPIRED), new Prune("exactly", Reason.EXPIRED));
  }

  @Test
  void underPressureTheOldestGoFirstAndNoMoreThanNeeded() {
    List<Kept> kept = List.of(kept("c", 1), kept("a", 9), kept("b", 5));
    assertThat(Retention.decide(kept, POLICY, 850, NOW))
        .containsExactly(
            new Prune("a", Reason.DISK_PRESSURE), new Prune("b", Reason.DISK_PRESSURE));
  }

  @Test
  void expiredFilesRelieveThePressureFirst() {
    List<Kept> kept = List.of(kept("young", 1), kept("old", 40));
    assertThat(Retention.decide(kept, POLICY, 950, NOW))
        .containsExactly(new Prune("old", Reason.EXPIRED));
  }

  private static Kept kept(String id, int minutes) {
    return new Kept(id, NOW.minus(Duration.ofMinutes(minutes)), 100);
  }
}
