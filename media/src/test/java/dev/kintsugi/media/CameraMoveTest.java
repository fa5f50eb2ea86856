package dev.kintsugi.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CameraMoveTest {
  private static final VideoSpec SPEC = new VideoSpec(160, 96, 17, 8);

  @TempDir Path dir;

  @Test
  void aSpoolWithOnePictureBecomesAClipThatStartsWithIt() throws Exception {
    byte[] picture = picture();
    try (FrameSpool spool = FrameSpool.create(dir.resolve("frames.rgb"), SPEC)) {
      spool.append(picture);
      CameraMove.fill(spool, SPEC, 0);
      assertThat(spool.frames()).isEqualTo(17);
      assertThat(spool.read(0)).isEqualTo(picture);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3})
  void everyFrameDiffersALittleFromTheOneBefore(long seed) {
    CameraMove move = CameraMove.over(picture(), SPEC, seed);
    byte[] before = move.frame(0);
    for (int i = 1; i < SPEC.frames(); i++) {
      byte[] now = move.frame(i);
      assertThat(difference(before, now)).as("frame %d", i).isBetween(0.01, 12.0);
      before = now;
    }
  }

  @Test
  void nothingBesideThePictureIsEverSeen() {
    byte[] grey = new byte[SPEC.frameBytes()];
    java.util.Arrays.fill(grey, (byte) 130);
    for (long seed = 0; seed < 4; seed++) {
      CameraMove move = CameraMove.over(grey, SPEC, seed);
      for (int i = 0; i < SPEC.frames(); i++) {
        assertThat(move.frame(i)).as("seed %d, frame %d", seed, i).containsOnly((byte) 130);
      }
    }
  }

  @Test
  void theSeedDecidesWhereTheCameraGoes() {
    byte[] last = CameraMove.over(picture(), SPEC, 0).frame(16);
    assertThat(CameraMove.over(picture(), SPEC, 0).frame(16)).isEqualTo(last);
    assertThat(CameraMove.over(picture(), SPEC, 3).frame(16)).isNotEqualTo(last);
  }

  @Test
  void coloursKeepTheirPlaces() {
    byte[] red = new byte[SPEC.frameBytes()];
    for (int i = 0; i < red.length; i += 3) {
      red[i] = (byte) 200;
    }
    assertThat(CameraMove.over(red, SPEC, 1).frame(9)).isEqualTo(red);
  }

  @Test
  void aClipOfOneFrameStandsStill() {
    VideoSpec one = new VideoSpec(160, 96, 1, 8);
    assertThat(CameraMove.over(picture(), one, 0).frame(0)).isEqualTo(picture());
  }

  /** Mean difference of a colour value. */
  private static double difference(byte[] a, byte[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 255) - (b[i] & 255));
    }
    return (double) sum / a.length;
  }

  /** Soft waves in two colours. */
  private static byte[] picture() {
    byte[] rgb = new byte[SPEC.frameBytes()];
    for (int y = 0; y < SPEC.height(); y++) {
      for (int x = 0; x < SPEC.width(); x++) {
        int at = (y * SPEC.width() + x) * 3;
        rgb[at] = (byte) (128 + 100 * Math.sin(x / 9.0));
        rgb[at + 1] = (byte) (128 + 100 * Math.sin(y / 7.0));
        rgb[at + 2] = 40;
      }
    }
    return rgb;
  }
}
