package dev.kintsugi.controlplane.placeholder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.controlplane.placeholder.PlaceholderClip.Why;
import dev.kintsugi.media.DecodedClip;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.VideoSpec;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholderClipTest {

  private static final String CHINESE = "一只红色的猫，在洒满阳光的草地上奔跑，电影感，缓慢推近镜头。";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"160,96,17,8", "64,48,9,8", "32,32,1,16", "848,480,5,24"})
  void theClipHasTheAskedShapeAndPlays(int width, int height, int frames, int fps)
      throws Exception {
    VideoSpec spec = new VideoSpec(width, height, frames, fps);
    List<MediaFile> files = new PlaceholderClip().draw(spec, CHINESE, Why.NO_TIME, directory);
    assertThat(files)
        .extracting(file -> file.variant().wireName())
        .containsExactly("video", "thumbnail", "spritesheet");
    DecodedClip clip = DecodedClip.of(files.getFirst().path());
    assertThat(clip.frames()).hasSize(frames);
    assertThat(clip.width()).isEqualTo(width);
    assertThat(clip.height()).isEqualTo(height);
    assertThat(clip.fps()).isEqualTo(fps);
    if (frames > 1) {
      assertThat(clip.frames().getFirst()).isNotEqualTo(clip.frames().getLast());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"A red balloon drifts over the harbour at dawn", CHINESE, "龍與貓 ñ Привет"})
  void everyCharacterOfThePromptIsDrawn(String prompt) {
    CaptionFont font = CaptionFont.load();
    prompt.codePoints().filter(c -> c != ' ').forEach(c -> assertThat(font.has(c)).isTrue());
  }

  /** Light caption, amber note, dark ground: all three are in the picture. */
  @Test
  void captionAndNoteAreThere() {
    BufferedImage image =
        PlaceholderClip.still(new VideoSpec(848, 480, 1, 8), CHINESE, Why.ATTEMPTS_FAILED);
    long light = 0;
    long amber = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int red = rgb >> 16 & 255;
        int blue = rgb & 255;
        light += red > 220 && blue > 200 ? 1 : 0;
        amber += red > 200 && blue < 130 ? 1 : 0;
      }
    }
    assertThat(light).isGreaterThan(4_000);
    assertThat(amber).isGreaterThan(1_500);
  }

  @Test
  void longPromptsAreWrappedAndCutInsideTheFrame() {
    CaptionFont font = CaptionFont.load();
    String prompt = "supercalifragilisticexpialidocious ".repeat(14);
    CaptionLayout layout = CaptionLayout.fit(font, prompt, "Placeholder.", 58, 40);
    assertThat(layout.height()).isLessThanOrEqualTo(40);
    assertThat(layout.caption().getLast()).endsWith("…");
    assertThat(layout.caption())
        .allSatisfy(line -> assertThat(font.width(line, layout.size())).isLessThanOrEqualTo(60));
    CaptionLayout chinese = CaptionLayout.fit(font, CHINESE, "占位视频。", 300, 200);
    assertThat(chinese.caption()).allSatisfy(line -> assertThat(line).doesNotStartWith("，"));
    assertThat(String.join("", chinese.caption())).isEqualTo(CHINESE);
  }
}
