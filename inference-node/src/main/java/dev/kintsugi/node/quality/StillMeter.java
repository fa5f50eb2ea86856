package dev.kintsugi.node.quality;

import static org.opencv.core.Core.NORM_L1;
import static org.opencv.core.Core.convertScaleAbs;
import static org.opencv.core.Core.meanStdDev;
import static org.opencv.core.Core.norm;
import static org.opencv.core.CvType.CV_16S;
import static org.opencv.core.CvType.CV_32F;
import static org.opencv.imgproc.Imgproc.Laplacian;
import static org.opencv.imgproc.Imgproc.filter2D;

import dev.kintsugi.core.quality.FrameReading;
import java.util.Arrays;
import org.opencv.core.Mat;
import org.opencv.core.MatOfDouble;

/** What one frame alone tells. */
final class StillMeter implements AutoCloseable {
  private static final double NEARLY_ALL = 0.99;

  /** Immerkær 1996: the mask's answer to white noise of deviation s is 6 s on both diagonals. */
  private static final float[] NOISE_MASK = {1, -2, 1, -2, 4, -2, 1, -2, 1};

  private static final double NOISE_SCALE = Math.sqrt(Math.PI / 2) / 6;

  private final Mats mats = new Mats();
  private final Histogram luma = new Histogram(256, 256);
  private final MatOfDouble means = new MatOfDouble();
  private final MatOfDouble deviations = new MatOfDouble();
  private final Mat edges = mats.empty();
  private final Mat edgeSizes = mats.empty();
  private final Mat mask = mats.of(3, 3, CV_32F);

  StillMeter() {
    mask.put(0, 0, NOISE_MASK);
  }

  FrameReading read(Mat rgb, Mat gray) {
    luma.count(gray);
    int brightness = luma.quantile(NEARLY_ALL);
    meanStdDev(rgb, means, deviations);
    double contrast = Arrays.stream(deviations.toArray()).max().orElseThrow();
    Laplacian(gray, edges, CV_16S);
    convertScaleAbs(edges, edgeSizes);
    luma.count(edgeSizes);
    int sharpness = luma.quantile(NEARLY_ALL);
    filter2D(gray, edges, CV_16S, mask);
    double noise = norm(edges, NORM_L1) / gray.total() * NOISE_SCALE;
    return new FrameReading(brightness, contrast, sharpness, noise);
  }

  @Override
  public void close() {
    luma.close();
    means.release();
    deviations.release();
    mats.close();
  }
}
