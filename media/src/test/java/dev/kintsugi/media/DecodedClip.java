package dev.kintsugi.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/** An MP4 read back with a decoder, frames as rgb24 (BT.709, limited range). */
public record DecodedClip(
    String codec, int pixelFormat, int width, int height, double fps, List<byte[]> frames) {

  /** Decodes a file. */
  public static DecodedClip of(Path mp4) throws FrameGrabber.Exception {
    try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(mp4.toFile())) {
      grabber.setImageMode(FrameGrabber.ImageMode.RAW);
      grabber.start();
      List<byte[]> frames = new ArrayList<>();
      for (Frame f = grabber.grabImage(); f != null; f = grabber.grabImage()) {
        frames.add(rgb((AVFrame) f.opaque, grabber));
      }
      return new DecodedClip(
          grabber.getVideoCodecName(),
          grabber.getPixelFormat(),
          grabber.getImageWidth(),
          grabber.getImageHeight(),
          grabber.getVideoFrameRate(),
          frames);
    }
  }

  /** Mean red, green and blue of one frame. */
  public double[] mean(int frame) {
    double[] sum = new double[3];
    byte[] rgb = frames.get(frame);
    for (int i = 0; i < rgb.length; i++) {
      sum[i % 3] += rgb[i] & 255;
    }
    for (int c = 0; c < 3; c++) {
      sum[c] /= rgb.length / 3.0;
    }
    return sum;
  }

  /** Pixels over all frames where one channel (0 red, 1 green, 2 blue) clearly exceeds the rest. */
  public long vividPixels(int channel) {
    long count = 0;
    for (byte[] rgb : frames) {
      for (int i = 0; i < rgb.length; i += 3) {
        int own = rgb[i + channel] & 255;
        int other = Math.max(rgb[i + (channel + 1) % 3] & 255, rgb[i + (channel + 2) % 3] & 255);
        if (own - other > 60) {
          count++;
        }
      }
    }
    return count;
  }

  private static byte[] rgb(AVFrame frame, FFmpegFrameGrabber grabber) {
    if (grabber.getPixelFormat() != avutil.AV_PIX_FMT_YUV420P) {
      throw new AssertionError("pixel format " + grabber.getPixelFormat() + " is not yuv420p");
    }
    int width = grabber.getImageWidth();
    int height = grabber.getImageHeight();
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double l = 1.164383 * ((frame.data(0).get((long) y * frame.linesize(0) + x) & 255) - 16);
        double u = (frame.data(1).get((long) (y / 2) * frame.linesize(1) + x / 2) & 255) - 128;
        double v = (frame.data(2).get((long) (y / 2) * frame.linesize(2) + x / 2) & 255) - 128;
        int at = (y * width + x) * 3;
        rgb[at] = clamp(l + 1.792741 * v);
        rgb[at + 1] = clamp(l - 0.213249 * u - 0.532909 * v);
        rgb[at + 2] = clamp(l + 2.112402 * u);
      }
    }
    return rgb;
  }

  private static byte clamp(double value) {
    return (byte) Math.clamp(Math.round(value), 0, 255);
  }
}
