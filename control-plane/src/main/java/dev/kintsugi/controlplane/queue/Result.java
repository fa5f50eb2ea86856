package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.video.Video;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a completed attempt made.
 *
 * @param delivered what was really made, as the public API shows it
 * @param stageDurations seconds per stage
 * @param artifacts the files, already stored under their SHA-256
 * @param gpuSeconds time the attempt held its slot
 * @param retention how long the files are kept after completion
 * @param score of the clip by the quality gate; null where none was given
 * @param reusable under what the clip can be found again; null for one that was not made as asked
 */
public record Result(
    Video.Delivered delivered,
    Map<String, Double> stageDurations,
    List<AttemptStatus.Artifact> artifacts,
    double gpuSeconds,
    Duration retention,
    @Nullable Double score,
    @Nullable Reusable reusable) {

  public Result {
    stageDurations = Map.copyOf(stageDurations);
    artifacts = List.copyOf(artifacts);
  }
}
