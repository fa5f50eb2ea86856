package dev.kintsugi.controlplane.placeholder;

import dev.kintsugi.media.ClipEncoder;
import dev.kintsugi.media.FrameSpool;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.VideoSpec;
import jakarta.inject.Singleton;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Draws a clip that cannot be taken for a generated one: the prompt as its caption, and a line that
 * says it is a placeholder and why. A bar that fills shows that it plays.
 */
@Singleton
public final class PlaceholderClip {

  private static final Color TOP = new Color(38, 42, 56);
  private static final Color BOTTOM = new Color(17, 19, 27);
  private static final Color TEXT = new Color(240, 240, 236);
  private static final Color NOTE = new Color(236, 188, 92);
  private static final Pattern HAN = Pattern.compile("\\p{IsHan}");
  private static final double MARGIN = 0.06;
  private static final double BAR = 0.02;

  private final ClipEncoder encoder = new ClipEncoder();

  /** Why there is no generated clip, as the note says it. */
  public enum Why {
    NO_TIME("there was no time left to generate it", "已没有时间生成"),
    ATTEMPTS_FAILED("every attempt to generate it failed", "多次生成均未成功");

    private final String english;
    private final String chinese;

    Why(String english, String chinese) {
      this.english = english;
      this.chinese = chinese;
    }

    String note(String prompt) {
      String note = "Placeholder: " + english + ".";
      return HAN.matcher(prompt).find() ? "占位视频：" + chinese + "。 " + note : note;
    }
  }

  /**
   * Draws and encodes the clip.
   *
   * @param directory empty; the files are written into it
   */
  public List<MediaFile> draw(VideoSpec spec, String prompt, Why why, Path directory)
      throws MediaException {
    BufferedImage still = still(spec, prompt, why);
    FrameSpool frames =
        FrameSpool.create(directory.resolve(MediaFile.Variant.FRAMES.fileName()), spec);
    try {
      for (int i = 0; i < spec.frames(); i++) {
        frames.append(rgb(withBar(still, spec, i)));
      }
      return encoder.encode(frames, spec, directory, () -> false).orElseThrow();
    } finally {
      frames.discard();
    }
  }

  /** What every frame shows. The font is let go afterwards: this is needed seldom. */
  static BufferedImage still(VideoSpec spec, String prompt, Why why) {
    BufferedImage image =
        new BufferedImage(spec.width(), spec.height(), BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = graphics(image);
    graphics.setPaint(new GradientPaint(0, 0, TOP, 0, spec.height(), BOTTOM));
    graphics.fillRect(0, 0, spec.width(), spec.height());
    CaptionFont font = CaptionFont.load();
    double margin = MARGIN * Math.min(spec.width(), spec.height());
    double width = spec.width() - 2 * margin;
    double height = spec.height() * (1 - BAR) - 2 * margin;
    CaptionLayout layout = CaptionLayout.fit(font, prompt, why.note(prompt), width, height);
    double y = margin + Math.max(0, (height - layout.height()) / 2);
    graphics.setPaint(TEXT);
    y = lines(graphics, font, layout.caption(), spec.width(), y, layout.size());
    graphics.setPaint(NOTE);
    lines(graphics, font, layout.note(), spec.width(), y, layout.noteSize());
    graphics.dispose();
    return image;
  }

  private static double lines(
      Graphics2D graphics,
      CaptionFont font,
      List<String> lines,
      int frameWidth,
      double top,
      double size) {
    double y = top;
    for (String line : lines) {
      double x = (frameWidth - font.width(line, size)) / 2;
      graphics.fill(font.outline(line, x, y + size, size));
      y += size * CaptionLayout.LINE_HEIGHT;
    }
    return y;
  }

  private static BufferedImage withBar(BufferedImage still, VideoSpec spec, int frame) {
    BufferedImage image =
        new BufferedImage(spec.width(), spec.height(), BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = graphics(image);
    graphics.drawImage(still, 0, 0, null);
    double height = Math.max(1, spec.height() * BAR);
    double filled = spec.width() * (frame + 1.0) / spec.frames();
    graphics.setPaint(NOTE);
    graphics.fill(new Rectangle2D.Double(0, spec.height() - height, filled, height));
    graphics.dispose();
    return image;
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    return graphics;
  }

  private static byte[] rgb(BufferedImage image) {
    byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] rgb = new byte[bgr.length];
    for (int i = 0; i < bgr.length; i += 3) {
      rgb[i] = bgr[i + 2];
      rgb[i + 1] = bgr[i + 1];
      rgb[i + 2] = bgr[i];
    }
    return rgb;
  }
}
