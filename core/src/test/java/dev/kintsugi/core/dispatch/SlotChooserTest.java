package dev.kintsugi.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.dispatch.SlotChoice.Hold;
import dev.kintsugi.core.dispatch.SlotChoice.Reason;
import dev.kintsugi.core.dispatch.SlotChoice.Take;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlotChooserTest {

  private static final List<RevisionShare> CANARY_10 =
      List.of(new RevisionShare("stable", 90, 0), new RevisionShare("canary", 10, 0));

  @Test
  void holdsWhenNoNodeOfAWeightedRevisionIsUsable() {
    assertThat(
            SlotChooser.choose(
                List.of(node("a", "old", true, 0), node("b", "stable", false, 0)), CANARY_10))
        .isEqualTo(new Hold(Reason.NO_USABLE_NODE, 0));
  }

  @Test
  void holdsWhenAllAreBusy() {
    assertThat(SlotChooser.choose(List.of(node("a", "stable", true, 1)), CANARY_10))
        .isEqualTo(new Hold(Reason.ALL_BUSY, 0));
  }

  @Test
  void aCanaryNeverGetsMoreThanItsWeightBecauseTheMainRevisionIsBusy() {
    assertThat(
            SlotChooser.choose(
                List.of(node("a", "stable", true, 1), node("b", "canary", true, 0)), CANARY_10))
        .isEqualTo(new Hold(Reason.SHARE_SPENT, 1));
  }

  @Test
  void aDeadMainRevisionDoesNotHoldUpTheQueue() {
    assertThat(
            SlotChooser.choose(
                List.of(node("a", "stable", false, 0), node("b", "canary", true, 0)), CANARY_10))
        .isInstanceOfSatisfying(Take.class, take -> assertThat(take.nodeId()).isEqualTo("b"));
  }

  @Test
  void theMainRevisionCarriesWhatTheCanaryCannot() {
    List<RevisionShare> canaryFarBehind =
        List.of(new RevisionShare("stable", 50, 100), new RevisionShare("canary", 50, 3));
    assertThat(
            SlotChooser.choose(
                List.of(node("a", "stable", true, 0), node("b", "canary", true, 1)),
                canaryFarBehind))
        .isInstanceOfSatisfying(
            Take.class,
            take -> {
              assertThat(take.nodeId()).isEqualTo("a");
              assertThat(take.reason()).isEqualTo(Reason.MAIN_REVISION);
            });
  }

  @Test
  void prefersTheEmptierNode() {
    assertThat(
            SlotChooser.choose(
                List.of(
                    new NodeSlots("a", "stable", true, 4, 2),
                    new NodeSlots("b", "stable", true, 2, 0)),
                List.of(new RevisionShare("stable", 100, 0))))
        .isInstanceOfSatisfying(Take.class, take -> assertThat(take.nodeId()).isEqualTo("b"));
  }

  /** With random free slots the canary stays under its weight; with ample slots it reaches it. */
  @Property(tries = 100)
  void theCanaryShareIsNeverExceededAndIsReachedWhenSlotsAllow(
      @ForAll @IntRange(min = 1, max = 49) int weight,
      @ForAll @IntRange(min = 1, max = 3) int canarySlots,
      @ForAll long seed) {
    Random random = new Random(seed);
    Map<String, Long> claimed = new HashMap<>(Map.of("stable", 0L, "canary", 0L));
    boolean ample = random.nextBoolean();
    int rounds = 500;
    for (int i = 0; i < rounds; i++) {
      List<NodeSlots> nodes = new ArrayList<>();
      nodes.add(new NodeSlots("a", "stable", true, 4, ample ? 0 : random.nextInt(5)));
      nodes.add(
          new NodeSlots(
              "b", "canary", true, canarySlots, ample ? 0 : random.nextInt(canarySlots + 1)));
      SlotChoice choice =
          SlotChooser.choose(
              nodes,
              List.of(
                  new RevisionShare("stable", 100 - weight, claimed.get("stable")),
                  new RevisionShare("canary", weight, claimed.get("canary"))));
      if (choice instanceof Take take) {
        claimed.merge(take.revision(), 1L, Long::sum);
      }
    }
    long all = claimed.get("stable") + claimed.get("canary");
    assertThat(claimed.get("canary")).isLessThanOrEqualTo((long) (all * weight / 100.0));
    if (ample) {
      assertThat(claimed.get("canary") / (double) all).isCloseTo(weight / 100.0, within(0.01));
    }
  }

  private static NodeSlots node(String id, String revision, boolean usable, int busy) {
    return new NodeSlots(id, revision, usable, 1, busy);
  }
}
