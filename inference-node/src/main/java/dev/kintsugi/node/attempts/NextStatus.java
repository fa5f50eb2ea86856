package dev.kintsugi.node.attempts;

import dev.kintsugi.protocol.node.AttemptPhase;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.node.AttemptStatus.AttemptError;
import dev.kintsugi.protocol.node.AttemptStatus.Checkpoint;
import dev.kintsugi.protocol.video.VideoStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The status after another one: the same but for what is said here. */
final class NextStatus {
  private final AttemptStatus last;
  private AttemptPhase phase;
  private int progress;
  private @Nullable String expert;
  private int step;
  private @Nullable AttemptError error;
  private @Nullable Map<String, Double> stages;
  private @Nullable List<Artifact> artifacts;
  private @Nullable Checkpoint checkpoint;
  private @Nullable Map<String, Double> quality;
  private @Nullable Double score;
  private @Nullable String substitutedExpert;

  private NextStatus(AttemptStatus last) {
    this.last = last;
    phase = last.phase();
    progress = last.progress();
    expert = last.expert();
    step = last.step();
    error = last.error();
    stages = last.stageDurations();
    artifacts = last.artifacts();
    checkpoint = last.checkpoint();
    quality = last.quality();
    score = last.score();
    substitutedExpert = last.substitutedExpert();
  }

  static NextStatus after(AttemptStatus last) {
    return new NextStatus(last);
  }

  NextStatus phase(AttemptPhase value) {
    phase = value;
    return this;
  }

  /** Never less than before. */
  NextStatus progress(int value) {
    progress = Math.max(progress, value);
    return this;
  }

  NextStatus step(int value) {
    step = value;
    return this;
  }

  NextStatus expert(String value) {
    expert = value;
    return this;
  }

  NextStatus error(AttemptError value) {
    error = value;
    return this;
  }

  /** What it failed of is tried once more. */
  NextStatus reopened() {
    phase = AttemptPhase.ENCODING;
    error = null;
    artifacts = null;
    return this;
  }

  NextStatus stages(Map<String, Double> value) {
    stages = value;
    return this;
  }

  NextStatus artifacts(List<Artifact> value) {
    artifacts = value;
    return this;
  }

  NextStatus checkpoint(Checkpoint value) {
    checkpoint = value;
    return this;
  }

  NextStatus quality(Map<String, Double> value) {
    quality = value;
    return this;
  }

  NextStatus score(double value) {
    score = value;
    return this;
  }

  /** Another one; of a run that went on elsewhere both may have been, one after the other. */
  NextStatus substitutedExpert(String value) {
    if (substitutedExpert == null) {
      substitutedExpert = value;
    } else if (!substitutedExpert.contains(value)) {
      substitutedExpert += "," + value;
    }
    return this;
  }

  AttemptStatus build() {
    VideoStatus status =
        switch (phase) {
          case COMPLETED -> VideoStatus.COMPLETED;
          case FAILED -> VideoStatus.FAILED;
          default -> VideoStatus.IN_PROGRESS;
        };
    return new AttemptStatus(
        last.id(),
        last.object(),
        status.wireName(),
        phase,
        progress,
        last.sequence() + 1,
        expert,
        step,
        last.steps(),
        error,
        stages,
        artifacts,
        checkpoint,
        quality,
        score,
        substitutedExpert);
  }
}
