package dev.kintsugi.core.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.upload.UploadPlan.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class UploadTest {

  @Property
  void everyByteIsInExactlyOnePart(
      @ForAll @LongRange(min = 1, max = 1L << 43) long bytes,
      @ForAll @LongRange(min = 1, max = 1L << 30) long wanted) {
    UploadPlan plan = UploadPlan.of(bytes, wanted, Map.of());

    assertThat(plan.all()).hasSizeLessThanOrEqualTo(UploadPlan.MOST_PARTS);
    long next = 0;
    int number = 1;
    for (Part part : plan.all()) {
      assertThat(part.number()).isEqualTo(number++);
      assertThat(part.offset()).isEqualTo(next);
      assertThat(part.bytes()).isPositive();
      next += part.bytes();
    }
    assertThat(next).isEqualTo(bytes);
    assertThat(plan.all().subList(0, plan.all().size() - 1))
        .allMatch(part -> part.bytes() == plan.partBytes());
    assertThat(plan.missing()).isEqualTo(plan.all());
  }

  @Property
  void onlyWhatTheStoreLacksIsSent(
      @ForAll @LongRange(min = 1, max = 100) long bytes,
      @ForAll @IntRange(min = 1, max = 20) int wanted,
      @ForAll List<@IntRange(min = 1, max = 30) Integer> there) {
    UploadPlan whole = UploadPlan.of(bytes, wanted, Map.of());
    Map<Integer, Long> stored = new HashMap<>();
    List<Part> expected = new ArrayList<>(whole.all());
    for (Part part : whole.all()) {
      if (there.contains(part.number())) {
        stored.put(part.number(), part.bytes());
        expected.remove(part);
      }
    }
    assertThat(UploadPlan.of(bytes, wanted, stored).missing()).isEqualTo(expected);
  }

  @Test
  void aPartOfAnotherLengthIsSentAgain() {
    assertThat(UploadPlan.of(10, 4, Map.of(1, 5L, 2, 4L)).missing())
        .containsExactly(new Part(1, 0, 4), new Part(3, 8, 2));
    assertThatThrownBy(() -> UploadPlan.of(0, 4, Map.of())).hasMessageContaining("one byte");
  }

  @Test
  void waitsLongerEachTimeAndGivesUpAfterFiveRepetitions() {
    List<Duration> waits = new ArrayList<>();
    int tries = 1;
    while (PartRetry.decide(tries, true) instanceof PartRetry.Again again) {
      waits.add(again.pause());
      tries++;
    }
    assertThat(waits).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L);
    assertThat(PartRetry.decide(tries, true))
        .isEqualTo(new PartRetry.GiveUp(PartRetry.Reason.TRIES_EXHAUSTED, 6));
    assertThat(PartRetry.decide(1, false))
        .isEqualTo(new PartRetry.GiveUp(PartRetry.Reason.REFUSED, 1));
  }
}
