package dev.kintsugi.node.quality;

import java.util.List;
import org.opencv.core.Mat;
import org.opencv.core.MatOfFloat;
import org.opencv.core.MatOfInt;
import org.opencv.imgproc.Imgproc;

/** Counts of a picture's values, taken natively. */
final class Histogram implements AutoCloseable {
  private final float[] values;
  private final Mat counts = new Mat();
  private final Mat everywhere = new Mat();
  private final MatOfInt channel = new MatOfInt(0);
  private final MatOfInt size;
  private final MatOfFloat range;

  /**
   * @param bins how many, of equal width from 0
   * @param end where the last one ends, exclusive
   */
  Histogram(int bins, float end) {
    values = new float[bins];
    size = new MatOfInt(bins);
    range = new MatOfFloat(0, end);
  }

  void count(Mat picture) {
    count(picture, everywhere);
  }

  /** Counts only where the mask is not 0. */
  void count(Mat picture, Mat mask) {
    Imgproc.calcHist(List.of(picture), channel, mask, counts, size, range);
    counts.get(0, 0, values);
  }

  /** The bin in which this share of what was counted, from below, ends. */
  int quantile(double share) {
    double wanted = share * total();
    double below = 0;
    for (int bin = 0; bin < values.length; bin++) {
      below += values[bin];
      if (below >= wanted) {
        return bin;
      }
    }
    return values.length - 1;
  }

  /** Shannon's entropy over the bins, 0 to 1; 0 when nothing was counted. */
  double entropy() {
    double total = total();
    double sum = 0;
    for (float value : values) {
      double share = total == 0 ? 0 : value / total;
      sum -= share == 0 ? 0 : share * Math.log(share);
    }
    return sum / Math.log(values.length);
  }

  private double total() {
    double total = 0;
    for (float value : values) {
      total += value;
    }
    return total;
  }

  @Override
  public void close() {
    counts.release();
    everywhere.release();
    channel.release();
    size.release();
    range.release();
  }
}
