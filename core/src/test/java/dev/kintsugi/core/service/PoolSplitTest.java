package dev.kintsugi.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.service.PoolSplit.Bounds;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSplitTest {

  private static final List<Bounds> POOLS =
      List.of(new Bounds("main", 2, 4), new Bounds("spot", 0, 6));

  @ParameterizedTest(name = "{0} pods are {1} + {2}")
  @CsvSource({"0,2,0", "1,2,0", "2,2,0", "3,3,0", "4,4,0", "5,4,1", "10,4,6", "11,4,6"})
  void theFirstPoolGrowsFirst(int replicas, int main, int spot) {
    assertThat(PoolSplit.of(POOLS, replicas))
        .containsExactly(
            new ServiceAsk.Pool("main", main, 2, 4), new ServiceAsk.Pool("spot", spot, 0, 6));
  }

  @Property
  void theSumIsWhatWasAskedWithinTheBounds(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 99) Integer> pools,
      @ForAll @IntRange(max = 60) int replicas) {
    List<Bounds> bounds =
        pools.stream().map(p -> new Bounds("p" + p, p / 10, p / 10 + p % 10)).toList();

    var split = PoolSplit.of(bounds, replicas);

    int least = bounds.stream().mapToInt(Bounds::min).sum();
    int most = bounds.stream().mapToInt(Bounds::max).sum();
    assertThat(split.stream().mapToInt(ServiceAsk.Pool::replicas).sum())
        .isEqualTo(Math.clamp(replicas, least, most));
    for (int i = 0; i < bounds.size(); i++) {
      assertThat(split.get(i).replicas()).isBetween(bounds.get(i).min(), bounds.get(i).max());
    }
  }

  @Property
  void onePodMoreOrLessMovesOnePool(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = 99) Integer> pools,
      @ForAll @IntRange(max = 60) int replicas) {
    List<Bounds> bounds =
        pools.stream().map(p -> new Bounds("p" + p, p / 10, p / 10 + p % 10)).toList();

    var before = PoolSplit.of(bounds, replicas);
    var after = PoolSplit.of(bounds, replicas + 1);

    int moved = 0;
    for (int i = 0; i < bounds.size(); i++) {
      moved += Math.abs(after.get(i).replicas() - before.get(i).replicas());
    }
    assertThat(moved).isLessThanOrEqualTo(1);
  }
}
