package dev.kintsugi.controlplane.videos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.videos.ByteRanges.Selection;
import dev.kintsugi.controlplane.videos.ByteRanges.Slice;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ByteRangesTest {

  @Property
  void everySliceLiesWithinTheFile(
      @ForAll String noise,
      @ForAll @LongRange(min = 0, max = 300) long from,
      @ForAll @LongRange(min = 0, max = 300) long to,
      @ForAll @LongRange(min = 0, max = 200) long length) {
    for (String header :
        new String[] {"bytes=" + noise, "bytes=" + from + "-" + to, "bytes=-" + to}) {
      if (ByteRanges.select(header, length) instanceof Selection.Parts(var slices)) {
        assertThat(slices)
            .isNotEmpty()
            .allSatisfy(
                slice -> {
                  assertThat(slice.first()).isBetween(0L, slice.last());
                  assertThat(slice.last()).isLessThan(length);
                });
      }
    }
  }

  @Test
  void answersACrowdOfRangesWithTheWholeFile() {
    assertThat(ByteRanges.select("bytes=" + "0-0,".repeat(16) + "1-1", 10))
        .isEqualTo(new Selection.Whole());
    assertThat(ByteRanges.select("bytes=0-0,1-1", 10))
        .isEqualTo(new Selection.Parts(java.util.List.of(new Slice(0, 0), new Slice(1, 1))));
  }
}
