package dev.kintsugi.node.quality;

import static org.opencv.core.CvType.CV_8UC3;
import static org.opencv.imgproc.Imgproc.COLOR_RGB2GRAY;
import static org.opencv.imgproc.Imgproc.INTER_AREA;
import static org.opencv.imgproc.Imgproc.cvtColor;
import static org.opencv.imgproc.Imgproc.resize;

import dev.kintsugi.core.quality.ClipStatistics;
import dev.kintsugi.core.quality.FrameReading;
import dev.kintsugi.core.quality.PairReading;
import dev.kintsugi.node.quality.FlowEstimator.Picture;
import java.util.ArrayList;
import java.util.List;
import org.opencv.core.Mat;
import org.opencv.core.Size;

/**
 * Measures the frames of one clip as they come; memory does not grow with the clip. Brightness,
 * contrast, noise, sharpness, difference and PSNR are taken at full size, similarity and flow from
 * pictures of at most {@value #FLOW_SIDE} pixels a side. Not thread-safe.
 */
final class ClipMeter implements AutoCloseable {
  static final int FLOW_SIDE = 320;

  /** Inverse search crashes on less. */
  private static final int LEAST_FLOW_SIDE = 48;

  private final int width;
  private final int height;
  private final Mats mats = new Mats();
  private final StillMeter still = new StillMeter();
  private final PairMeter pair;
  private final Size small;
  private final List<FrameReading> frames = new ArrayList<>();
  private final List<PairReading> pairs = new ArrayList<>();
  private Frame before;
  private Frame now;

  ClipMeter(int width, int height, FlowEstimator estimator) {
    this.width = width;
    this.height = height;
    this.pair = new PairMeter(estimator);
    double scale = Math.min(1, (double) FLOW_SIDE / Math.max(width, height));
    this.small =
        new Size(
            (int) Math.max(LEAST_FLOW_SIDE, Math.round(width * scale)),
            (int) Math.max(LEAST_FLOW_SIDE, Math.round(height * scale)));
    this.before = frame();
    this.now = frame();
  }

  /** One frame in the sizes it is needed in. */
  private record Frame(Picture full, Picture small) {}

  /**
   * Measures frames that follow those before.
   *
   * @param rgb whole frames, rgb24
   */
  void add(byte[] rgb) {
    int frameBytes = width * height * 3;
    if (rgb.length == 0 || rgb.length % frameBytes != 0) {
      throw new IllegalArgumentException(
          rgb.length + " bytes are no whole number of frames of " + frameBytes + " bytes");
    }
    for (int from = 0; from < rgb.length; from += frameBytes) {
      Frame next = before;
      before = now;
      now = next;
      now.full().rgb().put(0, 0, rgb, from, frameBytes);
      measure();
    }
  }

  private void measure() {
    Mat rgb = now.full().rgb();
    cvtColor(rgb, now.full().luma(), COLOR_RGB2GRAY);
    if (resized()) {
      resize(rgb, now.small().rgb(), small, 0, 0, INTER_AREA);
      cvtColor(now.small().rgb(), now.small().luma(), COLOR_RGB2GRAY);
    }
    frames.add(still.read(rgb, now.full().luma()));
    if (frames.size() > 1) {
      pairs.add(pair.read(before.full(), now.full(), before.small(), now.small()));
    }
  }

  /** The clip so far; at least one frame. */
  ClipStatistics statistics() {
    return ClipStatistics.of(frames, pairs);
  }

  private Frame frame() {
    Picture full = new Picture(mats.of(height, width, CV_8UC3), mats.empty());
    return new Frame(full, resized() ? new Picture(mats.empty(), mats.empty()) : full);
  }

  private boolean resized() {
    return small.width != width || small.height != height;
  }

  @Override
  public void close() {
    still.close();
    pair.close();
    mats.close();
  }
}
