package dev.kintsugi.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.media.MediaFile.Variant;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipLikenessTest {

  private static final VideoSpec SPEC = new VideoSpec(96, 64, 9, 8);

  @TempDir Path dir;

  @Test
  void equalClipsAreAHundredDecibelApart() throws Exception {
    assertThat(ClipLikeness.of(clip("a", SPEC, 0, 0), clip("b", SPEC, 0, 0)))
        .isEqualTo(new ClipLikeness(9, 100, 100));
  }

  @Test
  void theWorstFrameIsTold() throws Exception {
    Path plain = clip("plain", SPEC, 0, 0);
    ClipLikeness all = ClipLikeness.of(plain, clip("all", SPEC, 20, 0));
    // Luma is 219/255 of grey: 20 more of it is 17.2 more luma, which is 23.4 dB.
    assertThat(all.psnrDb()).isBetween(22.5, 24.5);
    assertThat(all.leastPsnrDb()).isBetween(22.0, all.psnrDb());

    ClipLikeness last = ClipLikeness.of(plain, clip("last", SPEC, 20, 8));
    assertThat(last.leastPsnrDb()).isBetween(22.0, 25.0);
    assertThat(last.psnrDb()).as("one frame of nine").isGreaterThan(last.leastPsnrDb() + 6);
  }

  @Test
  void whatCannotBeComparedIsSaid() throws Exception {
    Path clip = clip("clip", SPEC, 0, 0);
    Path shorter = clip("shorter", new VideoSpec(96, 64, 5, 8), 0, 0);
    Path smaller = clip("smaller", new VideoSpec(64, 64, 9, 8), 0, 0);
    Path text = Files.writeString(dir.resolve("text"), "no clip");
    assertThatThrownBy(() -> ClipLikeness.of(clip, shorter))
        .isInstanceOf(MediaException.class)
        .hasMessageContaining("lengths differ");
    assertThatThrownBy(() -> ClipLikeness.of(clip, smaller))
        .isInstanceOf(MediaException.class)
        .hasMessage("the sizes differ: 96x64 and 64x64");
    assertThatThrownBy(() -> ClipLikeness.of(text, clip))
        .isInstanceOf(MediaException.class)
        .hasMessageContaining("cannot be decoded");
  }

  /** A grey ramp, brighter by so much from one frame on. */
  private Path clip(String name, VideoSpec spec, int brighter, int from) throws Exception {
    Path own = Files.createDirectory(dir.resolve(name));
    try (FrameSpool spool = FrameSpool.create(own.resolve("frames.rgb"), spec)) {
      for (int i = 0; i < spec.frames(); i++) {
        spool.append(frame(spec, i >= from ? brighter : 0));
      }
      return new ClipEncoder()
          .encode(spool, spec, own, () -> false).orElseThrow().stream()
              .filter(file -> file.variant() == Variant.VIDEO)
              .findFirst()
              .orElseThrow()
              .path();
    }
  }

  private static byte[] frame(VideoSpec spec, int brighter) {
    byte[] rgb = new byte[spec.frameBytes()];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (60 + i / 3 % spec.width() + brighter);
    }
    return rgb;
  }
}
