package dev.kintsugi.node.quality;

import org.opencv.core.Mat;
import org.opencv.video.DISOpticalFlow;

/** Dense inverse search (Kroeger et al. 2016), OpenCV's: a few milliseconds, no weights. */
final class DisFlow implements FlowEstimator {
  private final DISOpticalFlow dis = DISOpticalFlow.create(DISOpticalFlow.PRESET_FAST);

  @Override
  public void estimate(Picture first, Picture second, Mat flow) {
    flow.release(); // what it holds would be taken for a first guess
    dis.calc(first.luma(), second.luma(), flow);
  }

  @Override
  public void close() {
    dis.clear();
  }
}
