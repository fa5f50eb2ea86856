package dev.kintsugi.node.quality;

import static org.opencv.core.Core.addWeighted;
import static org.opencv.core.Core.divide;
import static org.opencv.core.Core.mean;
import static org.opencv.core.Core.multiply;
import static org.opencv.core.Core.subtract;
import static org.opencv.core.CvType.CV_32F;
import static org.opencv.imgproc.Imgproc.GaussianBlur;

import org.opencv.core.Mat;
import org.opencv.core.Size;

/** Structural similarity (Wang et al. 2004): window of 11 pixels, deviation 1.5. */
final class Similarity implements AutoCloseable {
  private static final double C1 = 0.01 * 255 * 0.01 * 255;
  private static final double C2 = 0.03 * 255 * 0.03 * 255;
  private static final double SIGMA = 1.5;

  private final Mats mats = new Mats();
  private final Size window = new Size(11, 11);
  private final Mat a = mats.empty();
  private final Mat b = mats.empty();
  private final Mat product = mats.empty();
  private final Mat meanA = mats.empty();
  private final Mat meanB = mats.empty();
  private final Mat squareA = mats.empty();
  private final Mat squareB = mats.empty();
  private final Mat cross = mats.empty();
  private final Mat meansSquared = mats.empty();
  private final Mat meansCross = mats.empty();

  /** Mean over all windows of two pictures of one channel. */
  double between(Mat first, Mat second) {
    first.convertTo(a, CV_32F);
    second.convertTo(b, CV_32F);
    blur(a, meanA);
    blur(b, meanB);
    blurredProduct(a, a, squareA);
    blurredProduct(b, b, squareB);
    blurredProduct(a, b, cross);
    multiply(meanA, meanB, meansCross);
    multiply(meanA, meanA, meansSquared);
    multiply(meanB, meanB, product);
    addWeighted(meansSquared, 1, product, 1, 0, meansSquared);
    // (2 m_a m_b + C1)(2 cov + C2) over (m_a² + m_b² + C1)(var_a + var_b + C2)
    subtract(cross, meansCross, cross);
    addWeighted(squareA, 1, squareB, 1, C2, squareA);
    subtract(squareA, meansSquared, squareA);
    cross.convertTo(cross, CV_32F, 2, C2);
    meansCross.convertTo(meansCross, CV_32F, 2, C1);
    meansSquared.convertTo(meansSquared, CV_32F, 1, C1);
    multiply(meansCross, cross, product);
    multiply(meansSquared, squareA, squareB);
    divide(product, squareB, product);
    return mean(product).val[0];
  }

  private void blurredProduct(Mat x, Mat y, Mat out) {
    multiply(x, y, product);
    blur(product, out);
  }

  private void blur(Mat in, Mat out) {
    GaussianBlur(in, out, window, SIGMA);
  }

  @Override
  public void close() {
    mats.close();
  }
}
