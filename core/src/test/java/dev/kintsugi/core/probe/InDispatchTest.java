package dev.kintsugi.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.probe.InDispatch.Choice;
import dev.kintsugi.core.probe.InDispatch.Reason;
import dev.kintsugi.core.probe.InDispatch.Standing;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InDispatchTest {

  private static final Standing GOOD = new Standing("good", true, true, false);
  private static final Standing OUT = new Standing("out", true, true, true);
  private static final Standing NO_EXPERT = new Standing("no-expert", true, false, false);
  private static final Standing GONE = new Standing("gone", false, true, false);

  @Test
  void whatFailsIsLeftOutWhileAGoodNodeIsThere() {
    assertThat(InDispatch.choose(List.of(GOOD, OUT, NO_EXPERT, GONE)))
        .isEqualTo(new Choice(Set.of("good"), Reason.SOME_OUT, 2));
    assertThat(InDispatch.choose(List.of(GOOD, GONE)))
        .isEqualTo(new Choice(Set.of("good"), Reason.ALL_IN, 0));
  }

  @Test
  void whereNoNodeIsGoodEveryUsableOneIsBetterThanNone() {
    assertThat(InDispatch.choose(List.of(OUT, NO_EXPERT, GONE)))
        .isEqualTo(new Choice(Set.of("out", "no-expert"), Reason.LAST_RESORT, 0));
    assertThat(InDispatch.choose(List.of(GONE))).isEqualTo(new Choice(Set.of(), Reason.ALL_IN, 0));
  }

  /** Probes can take capacity, never the last of it, and never add a node that cannot work. */
  @Property
  void customersAreLeftWithNobodyOnlyWhereNobodyIsUsable(
      @ForAll @Size(max = 8) List<@IntRange(max = 7) Integer> bits) {
    List<Standing> standings =
        IntStream.range(0, bits.size())
            .mapToObj(
                i ->
                    new Standing(
                        "n" + i,
                        (bits.get(i) & 1) != 0,
                        (bits.get(i) & 2) != 0,
                        (bits.get(i) & 4) != 0))
            .toList();

    Choice choice = InDispatch.choose(standings);

    assertThat(choice.nodes().isEmpty()).isEqualTo(standings.stream().noneMatch(Standing::usable));
    assertThat(standings)
        .allSatisfy(
            one -> {
              if (!one.usable()) {
                assertThat(choice.nodes()).doesNotContain(one.node());
              }
              if (one.good()) {
                assertThat(choice.nodes()).contains(one.node());
              }
            });
  }
}
