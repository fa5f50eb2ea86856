package dev.kintsugi.core.service;

import static dev.kintsugi.core.service.Scene.NOW;
import static dev.kintsugi.core.service.Scene.ask;
import static dev.kintsugi.core.service.Scene.pool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.RolloutStart.Begin;
import dev.kintsugi.core.service.RolloutStart.None;
import dev.kintsugi.core.service.RolloutStart.Past;
import dev.kintsugi.core.service.RolloutStart.Refused;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolloutStartTest {

  private static final ServiceAsk ASK = ask("b", pool("main", 3, 1, 4), pool("spot", 0, 0, 2));

  private final Scene served = new Scene().group("a", "main", 3).ready("a1", "a", "main");

  private RolloutStart start(ServiceAsk asked, Scene scene, String stable, Past past) {
    return RolloutStart.decide(asked, scene.seen(), stable, past, NOW);
  }

  private static Past past(RolloutPhase phase, boolean asked, boolean forgiven) {
    return new Past("r-1", "a", phase, asked, forgiven);
  }

  @Test
  void aChangeOfAStableRevisionBeginsWithThePodsTheServiceIsToHave() {
    assertThat(start(ASK, served, "a", null))
        .isEqualTo(new Begin("a", Map.of("main", 3, "spot", 0)));
    assertThat(start(ask("b", pool("main", 4, 1, 4)), served, "a", null))
        .as("scaled by the same change")
        .isEqualTo(new Begin("a", Map.of("main", 4)));
  }

  @Test
  void withoutAnythingToCompareWithNoneBegins() {
    assertThat(start(ASK, served, null, null)).isInstanceOf(None.class);
    assertThat(start(ASK, served, "b", null)).isInstanceOf(None.class);
    assertThat(start(Scene.held(ASK), served, "a", null)).isInstanceOf(None.class);
    assertThat(start(Scene.deleting(ASK), served, "a", null)).isInstanceOf(None.class);
    assertThat(start(ASK, new Scene(), "a", null)).as("its pods are gone").isInstanceOf(None.class);
    assertThat(start(ask("b", pool("main", 0)), served, "a", null)).isInstanceOf(None.class);
  }

  @Test
  void aStableRevisionThatIsDownForLongIsNoBaseline() {
    var down = new Scene().group("a", "main", 1).starting("a1", "a", "main", 301, "OOMKilled");
    var shortly = new Scene().group("a", "main", 1).starting("a1", "a", "main", 299, "OOMKilled");
    assertThat(start(ASK, down, "a", null)).isInstanceOf(None.class);
    assertThat(start(ASK, shortly, "a", null)).isInstanceOf(Begin.class);
  }

  @Test
  void whatWentBackIsNotTriedAgainUntilTheSpecWasSomethingElse() {
    assertThat(start(ASK, served, "a", past(RolloutPhase.ROLLED_BACK, true, false)))
        .isEqualTo(new Refused("r-1", "a"));
    assertThat(start(ASK, served, "a", past(RolloutPhase.ABORTED, true, false)))
        .isInstanceOf(Refused.class);
    assertThat(start(ASK, served, "a", past(RolloutPhase.ROLLED_BACK, true, true)))
        .isInstanceOf(Begin.class);
    assertThat(start(ASK, served, "a", past(RolloutPhase.ROLLED_BACK, false, false)))
        .isInstanceOf(Begin.class);
    assertThat(start(ASK, served, "a", past(RolloutPhase.SUPERSEDED, true, false)))
        .isInstanceOf(Begin.class);
  }
}
