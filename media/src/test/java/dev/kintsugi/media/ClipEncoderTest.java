package dev.kintsugi.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.media.MediaFile.Variant;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipEncoderTest {
  private static final int[] RED = {200, 40, 40};
  private static final int[] BLUE = {40, 60, 200};

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({"160,96,17,8", "96,64,9,8", "16,16,1,1", "832,480,5,16", "80,112,81,24"})
  void aClipDecodesToTheFramesSizeAndRateAsked(int width, int height, int frames, int fps)
      throws Exception {
    VideoSpec spec = new VideoSpec(width, height, frames, fps);
    List<MediaFile> files = encode(spec);

    DecodedClip clip = DecodedClip.of(file(files, Variant.VIDEO).path());
    assertThat(clip.codec()).isEqualTo("h264");
    assertThat(clip.pixelFormat()).isEqualTo(avutil.AV_PIX_FMT_YUV420P);
    assertThat(clip.width()).isEqualTo(width);
    assertThat(clip.height()).isEqualTo(height);
    assertThat(clip.frames()).hasSize(frames);
    assertThat(clip.fps()).isCloseTo(fps, within(0.01));
  }

  @Test
  void coloursSurviveTheEncoding() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    DecodedClip clip = DecodedClip.of(file(encode(spec), Variant.VIDEO).path());

    for (int i = 0; i < spec.frames(); i++) {
      assertThat(psnr(frame(spec, i), clip.frames().get(i))).as("frame %s", i).isGreaterThan(30);
    }
  }

  @Test
  void theIndexStandsBeforeTheFrames() throws Exception {
    Path video = file(encode(new VideoSpec(96, 64, 9, 8)), Variant.VIDEO).path();
    assertThat(atoms(Files.readAllBytes(video))).containsSubsequence("ftyp", "moov", "mdat");
  }

  @Test
  void stillsShowTheClip() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    List<MediaFile> files = encode(spec);

    BufferedImage thumbnail = ImageIO.read(file(files, Variant.THUMBNAIL).path().toFile());
    assertThat(thumbnail.getWidth()).isEqualTo(96);
    assertThat(thumbnail.getHeight()).isEqualTo(64);
    BufferedImage sheet = ImageIO.read(file(files, Variant.SPRITESHEET).path().toFile());
    assertThat(sheet.getWidth()).isEqualTo(3 * 96);
    assertThat(sheet.getHeight()).isEqualTo(3 * 64);
    assertColour(sheet.getRGB(48, 32), RED);
    assertColour(sheet.getRGB(2 * 96 + 48, 2 * 64 + 32), BLUE);
  }

  @Test
  void filesAreDescribedByTheirContentAndNoPartIsLeft() throws Exception {
    List<MediaFile> files = encode(new VideoSpec(96, 64, 9, 8));

    for (MediaFile file : files) {
      byte[] content = Files.readAllBytes(file.path());
      assertThat(file.bytes()).isEqualTo(content.length);
      assertThat(file.sha256())
          .isEqualTo(
              HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    }
    try (var left = Files.list(dir)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("frames.rgb", "video.mp4", "thumbnail.jpg", "spritesheet.jpg");
    }
  }

  @Test
  void missingFramesAreAnErrorNotAShorterClip() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    try (FrameSpool spool = FrameSpool.create(dir.resolve("frames.rgb"), spec)) {
      spool.append(frame(spec, 0));
      assertThatThrownBy(() -> new ClipEncoder().encode(spool, spec, dir, () -> false))
          .isInstanceOf(MediaException.class)
          .hasMessage("the decoder made 1 frames where 9 were asked");
    }
  }

  @Test
  void aCancelledEncodingStops() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    try (FrameSpool spool = spool(spec)) {
      assertThat(new ClipEncoder().encode(spool, spec, dir, () -> true))
          .isEqualTo(Optional.empty());
    }
    assertThat(dir.resolve("video.mp4")).doesNotExist();
  }

  @Test
  void aFullDiskIsNamedWhileKeepingFrames() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    Path full = Files.createSymbolicLink(dir.resolve("frames.rgb"), Path.of("/dev/full"));
    try (FrameSpool spool = FrameSpool.create(full, spec)) {
      assertThatThrownBy(() -> spool.append(frame(spec, 0)))
          .isInstanceOf(MediaException.class)
          .hasMessage("cannot keep the frames: the disk under " + dir + " is full");
    }
  }

  @Test
  void aFullDiskIsNamedWhileEncoding() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    Files.createSymbolicLink(dir.resolve("video.mp4.part"), Path.of("/dev/full"));
    try (FrameSpool spool = spool(spec)) {
      assertThatThrownBy(() -> new ClipEncoder().encode(spool, spec, dir, () -> false))
          .isInstanceOf(MediaException.class)
          .hasMessageContaining("the disk under " + dir + " is full");
    }
  }

  @Test
  void theEncodersReasonEndsWhereItsTextEnds() throws Exception {
    VideoSpec spec = new VideoSpec(96, 64, 9, 8);
    Files.createDirectory(dir.resolve("video.mp4.part"));
    try (FrameSpool spool = spool(spec)) {
      assertThatThrownBy(() -> new ClipEncoder().encode(spool, spec, dir, () -> false))
          .isInstanceOf(MediaException.class)
          .hasMessageEndingWith("video.mp4.part: Is a directory");
    }
  }

  private List<MediaFile> encode(VideoSpec spec) throws Exception {
    try (FrameSpool spool = spool(spec)) {
      return new ClipEncoder().encode(spool, spec, dir, () -> false).orElseThrow();
    }
  }

  private FrameSpool spool(VideoSpec spec) throws MediaException {
    FrameSpool spool = FrameSpool.create(dir.resolve("frames.rgb"), spec);
    for (int i = 0; i < spec.frames(); i++) {
      spool.append(frame(spec, i));
    }
    return spool;
  }

  /** From red to blue over the clip, with a bright bar that moves right. */
  private static byte[] frame(VideoSpec spec, int index) {
    byte[] rgb = new byte[spec.frameBytes()];
    double mix = spec.frames() == 1 ? 0 : (double) index / (spec.frames() - 1);
    int bar = spec.width() / 8 * (index % 4) / 4;
    for (int y = 0; y < spec.height(); y++) {
      for (int x = 0; x < spec.width(); x++) {
        for (int c = 0; c < 3; c++) {
          double value = x / 4 == bar / 4 ? 220 : RED[c] * (1 - mix) + BLUE[c] * mix;
          rgb[(y * spec.width() + x) * 3 + c] = (byte) Math.round(value);
        }
      }
    }
    return rgb;
  }

  private static double psnr(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = (a[i] & 255) - (b[i] & 255);
      sum += d * d;
    }
    return 10 * Math.log10(255 * 255 / (sum / a.length));
  }

  private static void assertColour(int pixel, int[] expected) {
    assertThat(pixel >> 16 & 255).isCloseTo(expected[0], within(12));
    assertThat(pixel >> 8 & 255).isCloseTo(expected[1], within(12));
    assertThat(pixel & 255).isCloseTo(expected[2], within(12));
  }

  private static List<String> atoms(byte[] mp4) {
    List<String> atoms = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(mp4);
    int at = 0;
    while (at + 8 <= mp4.length) {
      atoms.add(new String(mp4, at + 4, 4, StandardCharsets.US_ASCII));
      at += Math.max(8, buffer.getInt(at));
    }
    return atoms;
  }

  private static MediaFile file(List<MediaFile> files, Variant variant) {
    return files.stream().filter(f -> f.variant() == variant).findFirst().orElseThrow();
  }
}
