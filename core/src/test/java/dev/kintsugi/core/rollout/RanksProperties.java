package dev.kintsugi.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RanksProperties {
  @Property(tries = 300)
  void aValueDrawnLikeTheOthersGainsNothingOnAverage(
      @ForAll @Size(min = 2, max = 22) List<@IntRange(min = 1, max = 12) Integer> values) {
    double regression = 0;
    double health = 0;
    for (int canary = 0; canary < values.size(); canary++) {
      Ranks ranks = Ranks.none(1, 1);
      for (int i = 0; i < values.size(); i++) {
        ranks = i == canary ? ranks : ranks.stable(values.get(i));
      }
      // Only the oldest third of what waits is ranked with; these are the rest.
      for (int i = 0; i < 2 * (values.size() - 2); i++) {
        ranks = ranks.stable(1);
      }
      Ranks after = ranks.canary(values.get(canary));
      regression += Math.exp(after.regression()) / values.size();
      health += Math.exp(after.health()) / values.size();
    }
    assertThat(regression).isEqualTo(1, within(1e-9));
    assertThat(health).isEqualTo(1, within(1e-9));
  }

  @Property(tries = 300)
  void onlyTheOrderCounts(
      @ForAll @Size(min = 10, max = 60) List<@IntRange(min = 1, max = 50) Integer> values) {
    Ranks plain = Ranks.none(1, 1);
    Ranks cubed = Ranks.none(1, 1);
    for (int i = 0; i < values.size(); i++) {
      double value = values.get(i);
      plain = i % 4 == 3 ? plain.canary(value) : plain.stable(value);
      double cube = value * value * value;
      cubed = i % 4 == 3 ? cubed.canary(cube) : cubed.stable(cube);
    }
    assertThat(cubed.regression()).isEqualTo(plain.regression());
  }
}
