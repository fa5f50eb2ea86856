package dev.kintsugi.node.quality;

import dev.kintsugi.node.engine.FlowModule;
import org.opencv.core.CvType;
import org.opencv.core.Mat;

/** A network's flow, such as RAFT's, from a TorchScript file. */
final class TorchFlow implements FlowEstimator {
  private final FlowModule module;

  TorchFlow(FlowModule module) {
    this.module = module;
  }

  @Override
  public void estimate(Picture first, Picture second, Mat flow) {
    int width = first.rgb().cols();
    int height = first.rgb().rows();
    float[] values = module.flow(bytes(first.rgb()), bytes(second.rgb()), width, height);
    flow.create(height, width, CvType.CV_32FC2);
    flow.put(0, 0, values);
  }

  private static byte[] bytes(Mat rgb) {
    byte[] bytes = new byte[Math.toIntExact(rgb.total() * rgb.elemSize())];
    rgb.get(0, 0, bytes);
    return bytes;
  }

  @Override
  public void close() {
    module.close();
  }
}
