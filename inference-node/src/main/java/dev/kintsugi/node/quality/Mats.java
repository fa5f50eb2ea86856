package dev.kintsugi.node.quality;

import java.util.ArrayDeque;
import java.util.Deque;
import org.opencv.core.Mat;

/** Native pictures that are made once and used for every frame of a clip. */
final class Mats implements AutoCloseable {
  private final Deque<Mat> owned = new ArrayDeque<>();

  /** An empty one; whoever writes to it gives it a shape. */
  Mat empty() {
    Mat mat = new Mat();
    owned.push(mat);
    return mat;
  }

  Mat of(int height, int width, int type) {
    Mat mat = new Mat(height, width, type);
    owned.push(mat);
    return mat;
  }

  @Override
  public void close() {
    owned.forEach(Mat::release);
  }
}
