package dev.kintsugi.node.quality;

import org.opencv.core.Mat;

/** Dense optical flow between two frames. Used from one thread at a time. */
interface FlowEstimator extends AutoCloseable {

  /**
   * Estimates where each pixel went.
   *
   * @param first the frame before, the same picture in both forms
   * @param second the frame after, likewise
   * @param flow receives [height, width] pairs (right, down) in pixels, 32-bit float
   */
  void estimate(Picture first, Picture second, Mat flow);

  @Override
  void close();

  /**
   * A frame at the size flow is estimated at.
   *
   * @param rgb three channels of 8 bit
   * @param luma one channel of 8 bit
   */
  record Picture(Mat rgb, Mat luma) {}
}
