package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a completed attempt made.
 *
 * @param delivered what was really made, as the public API shows it
 * @param stageDurations seconds per stage
 * @param artifacts the files, already stored under their SHA-256
 * @param gpuSeconds time the attempt held its slot
 * @param retention how long the files are kept after completion
 */
public record Result(
    Video.Delivered delivered,
    Map<String, Double> stageDurations,
    List<AttemptStatus.Artifact> artifacts,
    double gpuSeconds,
    Duration retention) {

  public Result {
    stageDurations = Map.copyOf(stageDurations);
    artifacts = List.copyOf(artifacts);
  }
}
