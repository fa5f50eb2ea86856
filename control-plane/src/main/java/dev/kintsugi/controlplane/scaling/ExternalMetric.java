package dev.kintsugi.controlplane.scaling;

import java.util.Arrays;
import java.util.Optional;

/** What can be scaled on. */
enum ExternalMetric {
  /** Jobs submitted in a second, over the window; see {@code core.scaling.ScaleGate}. */
  VIDEO_QPS("video_qps"),
  /** Jobs that wait. */
  VIDEO_QUEUE_DEPTH("video_queue_depth"),
  /** Seconds until a standard job that is submitted now would start. */
  VIDEO_PREDICTED_WAIT_SECONDS("video_predicted_wait_seconds");

  private final String wireName;

  ExternalMetric(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }

  static Optional<ExternalMetric> named(String name) {
    return Arrays.stream(values()).filter(metric -> metric.wireName.equals(name)).findFirst();
  }
}
