package dev.kintsugi.node.quality;

import static org.opencv.core.Core.BORDER_REPLICATE;
import static org.opencv.core.Core.NORM_L1;
import static org.opencv.core.Core.PSNR;
import static org.opencv.core.Core.add;
import static org.opencv.core.Core.cartToPolar;
import static org.opencv.core.Core.extractChannel;
import static org.opencv.core.Core.mean;
import static org.opencv.core.Core.norm;
import static org.opencv.core.Core.subtract;
import static org.opencv.core.CvType.CV_16S;
import static org.opencv.core.CvType.CV_32FC2;
import static org.opencv.core.CvType.CV_8U;
import static org.opencv.imgproc.Imgproc.INTER_LINEAR;
import static org.opencv.imgproc.Imgproc.THRESH_BINARY;
import static org.opencv.imgproc.Imgproc.remap;
import static org.opencv.imgproc.Imgproc.threshold;

import dev.kintsugi.core.quality.PairReading;
import dev.kintsugi.node.quality.FlowEstimator.Picture;
import org.opencv.core.Mat;

/** What two frames that follow each other tell. */
final class PairMeter implements AutoCloseable {
  /** The PSNR of equal frames, which is infinite. */
  private static final double EQUAL_DB = 100;

  /** Flow that is shorter has no direction worth counting, pixels. */
  private static final double MOVES = 0.5;

  private static final int DIRECTIONS = 16;
  private static final int ZERO_SHIFT = 128;

  private final FlowEstimator estimator;
  private final Mats mats = new Mats();
  private final Similarity similarity = new Similarity();
  private final Histogram shifts = new Histogram(256, 256);
  private final Histogram directions = new Histogram(DIRECTIONS, (float) (2 * Math.PI + 1e-3));
  private final Mat change = mats.empty();
  private final Mat shift = mats.empty();
  private final Mat flow = mats.empty();
  private final Mat right = mats.empty();
  private final Mat down = mats.empty();
  private final Mat length = mats.empty();
  private final Mat direction = mats.empty();
  private final Mat moving = mats.empty();
  private final Mat movingMask = mats.empty();
  private final Mat source = mats.empty();
  private final Mat takenBack = mats.empty();
  private final Mat grid = mats.empty();
  private final Mat none = mats.empty();

  PairMeter(FlowEstimator estimator) {
    this.estimator = estimator;
  }

  /**
   * Compares two frames.
   *
   * @param before full size, colour and luma
   * @param after likewise
   * @param smallBefore the size flow and similarity are measured at
   * @param smallAfter likewise
   */
  PairReading read(Picture before, Picture after, Picture smallBefore, Picture smallAfter) {
    double difference = norm(before.rgb(), after.rgb(), NORM_L1) / (before.rgb().total() * 3.0);
    double psnr = Math.min(EQUAL_DB, PSNR(before.rgb(), after.rgb()));
    double median = medianChange(before.luma(), after.luma());
    double ssim = similarity.between(smallBefore.luma(), smallAfter.luma());
    estimator.estimate(smallBefore, smallAfter, flow);
    double meanFlow = measureFlow() / flow.cols() * 100;
    return new PairReading(
        difference,
        psnr,
        ssim,
        median,
        meanFlow,
        directions.entropy(),
        residual(smallBefore.luma(), smallAfter.luma()));
  }

  // A change of more than half the scale is as good as one of half.
  private double medianChange(Mat before, Mat after) {
    subtract(after, before, change, none, CV_16S);
    change.convertTo(shift, CV_8U, 1, ZERO_SHIFT);
    shifts.count(shift);
    return shifts.quantile(0.5) - ZERO_SHIFT;
  }

  private double measureFlow() {
    extractChannel(flow, right, 0);
    extractChannel(flow, down, 1);
    cartToPolar(right, down, length, direction);
    threshold(length, moving, MOVES, 255, THRESH_BINARY);
    moving.convertTo(movingMask, CV_8U);
    directions.count(direction, movingMask);
    return mean(length).val[0];
  }

  private double residual(Mat before, Mat after) {
    if (grid.rows() != flow.rows() || grid.cols() != flow.cols()) {
      fillGrid(flow.rows(), flow.cols());
    }
    add(grid, flow, source);
    remap(after, takenBack, source, none, INTER_LINEAR, BORDER_REPLICATE);
    return norm(takenBack, before, NORM_L1) / before.total();
  }

  private void fillGrid(int height, int width) {
    float[] places = new float[height * width * 2];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 2;
        places[at] = x;
        places[at + 1] = y;
      }
    }
    grid.create(height, width, CV_32FC2);
    grid.put(0, 0, places);
  }

  @Override
  public void close() {
    shifts.close();
    directions.close();
    similarity.close();
    mats.close();
  }
}
