package dev.kintsugi.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.watch.Alarm.Change;
import dev.kintsugi.core.watch.Alarm.Look;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AlarmTest {

  @Test
  void itIsRaisedOnceAndClearedOnce() {
    assertThat(
            changes(
                2,
                List.of(
                    Look.BAD,
                    Look.GOOD,
                    Look.BAD,
                    Look.BAD,
                    Look.BAD,
                    Look.BETWEEN,
                    Look.GOOD,
                    Look.BAD,
                    Look.GOOD,
                    Look.GOOD,
                    Look.GOOD)))
        .containsExactly(Change.RAISED, Change.CLEARED);
  }

  @Test
  void aValueBetweenTheMarksChangesNothing() {
    assertThat(Look.at(0.91, 0.9, 0.85)).isEqualTo(Look.BAD);
    assertThat(Look.at(0.9, 0.9, 0.85)).isEqualTo(Look.BETWEEN);
    assertThat(Look.at(0.85, 0.9, 0.85)).isEqualTo(Look.BETWEEN);
    assertThat(Look.at(0.84, 0.9, 0.85)).isEqualTo(Look.GOOD);
  }

  @Property
  void changesAlternate(@ForAll List<Look> looks, @ForAll @IntRange(min = 1, max = 4) int needed) {
    List<Change> changes = changes(needed, looks);
    for (int i = 0; i < changes.size(); i++) {
      assertThat(changes.get(i)).isEqualTo(i % 2 == 0 ? Change.RAISED : Change.CLEARED);
    }
    assertThat(changes.size()).isLessThanOrEqualTo(looks.size() / needed);
  }

  private static List<Change> changes(int needed, List<Look> looks) {
    List<Change> changes = new ArrayList<>();
    Alarm alarm = Alarm.CALM;
    for (Look look : looks) {
      Alarm.Step step = alarm.after(look, needed);
      alarm = step.alarm();
      if (step.change() != Change.NONE) {
        changes.add(step.change());
      }
    }
    return changes;
  }
}
