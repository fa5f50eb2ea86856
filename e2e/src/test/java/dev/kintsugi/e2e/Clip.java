package dev.kintsugi.e2e;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;
import org.bytedeco.javacv.Java2DFrameConverter;

/** A downloaded MP4, decoded again. */
record Clip(String codec, double fps, List<BufferedImage> frames) {

  static Clip decode(byte[] mp4) {
    try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(new ByteArrayInputStream(mp4));
        Java2DFrameConverter converter = new Java2DFrameConverter()) {
      grabber.start();
      List<BufferedImage> frames = new ArrayList<>();
      for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
        frames.add(copy(converter.convert(frame)));
      }
      return new Clip(grabber.getVideoCodecName(), grabber.getVideoFrameRate(), frames);
    } catch (FrameGrabber.Exception e) {
      throw new AssertionError("the MP4 does not decode", e);
    }
  }

  int width() {
    return frames.getFirst().getWidth();
  }

  int height() {
    return frames.getFirst().getHeight();
  }

  /** Pixels over all frames that are vividly of the hue, in turns (0 red, 1/3 green, 2/3 blue). */
  long vividPixels(double hue) {
    return frames.stream().mapToLong(frame -> vividPixels(frame, hue)).sum();
  }

  private static long vividPixels(BufferedImage frame, double hue) {
    long count = 0;
    for (int y = 0; y < frame.getHeight(); y++) {
      for (int x = 0; x < frame.getWidth(); x++) {
        int rgb = frame.getRGB(x, y);
        float[] hsb = Color.RGBtoHSB(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, null);
        double distance = Math.abs(hsb[0] - hue);
        if (Math.min(distance, 1 - distance) < 0.06 && hsb[1] > 0.55 && hsb[2] > 0.35) {
          count++;
        }
      }
    }
    return count;
  }

  private static BufferedImage copy(BufferedImage image) {
    BufferedImage copy =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    copy.getGraphics().drawImage(image, 0, 0, null);
    return copy;
  }
}
