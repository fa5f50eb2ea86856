package dev.kintsugi.media;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/**
 * How like two clips of the same size and length are: the peak signal-to-noise ratio of the decoded
 * frames over luma, as usual for 4:2:0 video.
 *
 * @param psnrDb from the mean squared error of all frames, decibel; {@value #EQUAL_DB} for equal
 *     frames, and never more
 * @param leastPsnrDb of the frame that differs most
 */
public record ClipLikeness(int frames, double psnrDb, double leastPsnrDb) {

  /** Of equal frames, whose ratio is infinite. */
  public static final double EQUAL_DB = 100;

  private static final double PEAK = 255;

  /**
   * Decodes both files side by side, a frame of each in memory.
   *
   * @throws MediaException when one cannot be decoded, or size or length differ
   */
  public static ClipLikeness of(Path one, Path other) throws MediaException {
    avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    try (FFmpegFrameGrabber a = open(one);
        FFmpegFrameGrabber b = open(other)) {
      if (a.getImageWidth() != b.getImageWidth() || a.getImageHeight() != b.getImageHeight()) {
        throw new MediaException("the sizes differ: %s and %s".formatted(size(a), size(b)));
      }
      return compare(a, b);
    } catch (FrameGrabber.Exception e) {
      throw new MediaException("a clip cannot be decoded: " + e.getMessage(), e);
    }
  }

  private static ClipLikeness compare(FFmpegFrameGrabber a, FFmpegFrameGrabber b)
      throws FrameGrabber.Exception, MediaException {
    int frames = 0;
    double sum = 0;
    double most = 0;
    while (true) {
      Frame left = a.grabImage();
      Frame right = b.grabImage();
      if (left == null || right == null) {
        if (left != right || frames == 0) {
          throw new MediaException("the lengths differ, or there is no frame at all");
        }
        return new ClipLikeness(frames, psnr(sum / frames), psnr(most));
      }
      double error = error((AVFrame) left.opaque, (AVFrame) right.opaque);
      frames++;
      sum += error;
      most = Math.max(most, error);
    }
  }

  /** Mean squared error of the first plane, which is luma. */
  private static double error(AVFrame a, AVFrame b) {
    int width = a.width();
    int height = a.height();
    ByteBuffer left = luma(a);
    ByteBuffer right = luma(b);
    long sum = 0;
    for (int y = 0; y < height; y++) {
      int l = y * a.linesize(0);
      int r = y * b.linesize(0);
      for (int x = 0; x < width; x++) {
        int d = (left.get(l + x) & 255) - (right.get(r + x) & 255);
        sum += (long) d * d;
      }
    }
    return (double) sum / ((long) width * height);
  }

  private static ByteBuffer luma(AVFrame frame) {
    return frame.data(0).capacity((long) frame.linesize(0) * frame.height()).asByteBuffer();
  }

  private static double psnr(double error) {
    return error == 0 ? EQUAL_DB : Math.min(EQUAL_DB, 10 * Math.log10(PEAK * PEAK / error));
  }

  private static FFmpegFrameGrabber open(Path mp4) throws FrameGrabber.Exception, MediaException {
    FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(mp4.toFile());
    try {
      grabber.setImageMode(FrameGrabber.ImageMode.RAW);
      grabber.start();
    } catch (FrameGrabber.Exception e) {
      grabber.close();
      throw e;
    }
    if (grabber.getPixelFormat() != avutil.AV_PIX_FMT_YUV420P) {
      grabber.close();
      throw new MediaException("pixel format " + grabber.getPixelFormat() + " is not yuv420p");
    }
    return grabber;
  }

  private static String size(FFmpegFrameGrabber clip) {
    return clip.getImageWidth() + "x" + clip.getImageHeight();
  }
}
