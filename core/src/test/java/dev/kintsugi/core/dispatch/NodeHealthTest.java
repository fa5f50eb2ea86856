package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.dispatch.NodeHealth.Change;
import dev.kintsugi.core.dispatch.NodeHealth.Policy;
import dev.kintsugi.core.dispatch.NodeHealth.Step;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NodeHealthTest {

  private static final Policy POLICY = new Policy(3, 2);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aNewNodeIsReachableWithItsFirstAnswer() {
    Step step = NodeHealth.unknown().answered("p1", POLICY, NOW);
    assertThat(step.change()).isEqualTo(Change.CAME_UP);
    assertThat(step.health().reachable()).isTrue();
    assertThat(step.health().lastAnswer()).isEqualTo(NOW);
  }

  @Test
  void isLostOnlyAfterSeveralUnansweredQuestionsAndReturnsOnlyAfterSeveralAnswers() {
    NodeHealth health = NodeHealth.unknown().answered("p1", POLICY, NOW).health();
    health = health.silent(POLICY).health();
    health = health.silent(POLICY).health();
    assertThat(health.reachable()).isTrue();
    Step lost = health.silent(POLICY);
    assertThat(lost.change()).isEqualTo(Change.WENT_DOWN);
    assertThat(lost.health().silent(POLICY).change()).isEqualTo(Change.NONE);

    Step once = lost.health().answered("p1", POLICY, NOW);
    assertThat(once.health().reachable()).isFalse();
    Step twice = once.health().answered("p1", POLICY, NOW);
    assertThat(twice.change()).isEqualTo(Change.CAME_UP);
  }

  @Test
  void anAnswerBetweenResetsTheCount() {
    NodeHealth health = NodeHealth.unknown().answered("p1", POLICY, NOW).health();
    for (int i = 0; i < 10; i++) {
      health = health.silent(POLICY).health();
      health = health.silent(POLICY).health();
      health = health.answered("p1", POLICY, NOW).health();
    }
    assertThat(health.reachable()).isTrue();
  }

  @Test
  void anotherProcessAtTheSameAddressIsARestart() {
    NodeHealth health = NodeHealth.unknown().answered("p1", POLICY, NOW).health();
    assertThat(health.answered("p2", POLICY, NOW).change()).isEqualTo(Change.RESTARTED);
  }
}
