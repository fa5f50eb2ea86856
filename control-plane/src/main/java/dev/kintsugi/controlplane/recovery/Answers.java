package dev.kintsugi.controlplane.recovery;

import dev.kintsugi.controlplane.artifacts.ArtifactStore;
import dev.kintsugi.controlplane.placeholder.PlaceholderClip;
import dev.kintsugi.controlplane.placeholder.PlaceholderClip.Why;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.queue.JobParameters;
import dev.kintsugi.controlplane.queue.Result;
import dev.kintsugi.controlplane.queue.Reusable;
import dev.kintsugi.core.recovery.PromptTemplate;
import dev.kintsugi.core.recovery.RecoveryDecision;
import dev.kintsugi.core.recovery.Rung;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.VideoSpec;
import dev.kintsugi.protocol.digest.Sha256;
import dev.kintsugi.protocol.node.AttemptStatus.Artifact;
import dev.kintsugi.protocol.video.Video;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/** Answers that no node makes. Each says what it is. */
@Singleton
public class Answers {

  private final PlaceholderClip clips;
  private final ArtifactStore store;

  /** Drawing is the processor's work: more at once than it has cores makes all of them late. */
  private final Semaphore drawing = new Semaphore(Runtime.getRuntime().availableProcessors());

  public Answers(PlaceholderClip clips, ArtifactStore store) {
    this.clips = clips;
    this.store = store;
  }

  /** Under what a clip of this prompt is found again. */
  public static Reusable reusable(Job job) {
    JobParameters p = job.parameters();
    PromptTemplate prompt = PromptTemplate.of(p.prompt());
    String negative = p.negativePrompt() == null ? "" : p.negativePrompt();
    return new Reusable(
        Sha256.hex(prompt.text() + "\n" + negative),
        Sha256.hex(prompt.template() + "\n" + negative));
  }

  /** The files of an earlier clip are still there. */
  public boolean kept(Job earlier) {
    Result result = earlier.result();
    return result != null && result.artifacts().stream().allMatch(file -> kept(file.sha256()));
  }

  /** What cannot be asked for now cannot be delivered now. */
  private boolean kept(String sha256) {
    try {
      return store.find(sha256).isPresent();
    } catch (IOException away) {
      return false;
    }
  }

  /**
   * An earlier clip once more.
   *
   * @param history what was tried before, for the customer
   */
  public Result again(Job job, Job earlier, String history, Duration retention) {
    Result made = java.util.Objects.requireNonNull(earlier.result());
    Video.Delivered was = made.delivered();
    String reason =
        "The clip of %s, which was made for the same prompt template. %s"
            .formatted(earlier.id(), history);
    Video.Delivered delivered =
        new Video.Delivered(
            was.size(),
            was.numFrames(),
            was.fps(),
            was.numInferenceSteps(),
            was.model(),
            was.version(),
            was.seed(),
            job.attempts(),
            true,
            reason,
            Rung.CACHED_RESULT.wireName(),
            was.substitutedExpert());
    return new Result(delivered, Map.of(), made.artifacts(), 0, retention, null, null);
  }

  /**
   * A drawn clip of the asked size, length and rate.
   *
   * @throws IOException when it could not be drawn or stored
   */
  public Result placeholder(
      Job job, RecoveryDecision.Reason reason, String history, Duration retention)
      throws IOException {
    JobParameters p = job.parameters();
    VideoSpec spec = new VideoSpec(p.width(), p.height(), p.numFrames(), p.fps());
    Video.Delivered delivered =
        new Video.Delivered(
            p.width() + "x" + p.height(),
            p.numFrames(),
            p.fps(),
            0,
            "placeholder",
            "1",
            p.seed(),
            job.attempts(),
            true,
            "A drawn placeholder, not a generated video. " + history,
            Rung.FALLBACK_CLIP.wireName(),
            null);
    return new Result(
        delivered, Map.of(), drawn(spec, p.prompt(), why(reason)), 0, retention, null, null);
  }

  private static Why why(RecoveryDecision.Reason reason) {
    return switch (reason) {
      case LITTLE_TIME, DEADLINE_PASSED -> Why.NO_TIME;
      default -> Why.ATTEMPTS_FAILED;
    };
  }

  private List<Artifact> drawn(VideoSpec spec, String prompt, Why why) throws IOException {
    drawing.acquireUninterruptibly();
    try {
      return drawnNow(spec, prompt, why);
    } finally {
      drawing.release();
    }
  }

  private List<Artifact> drawnNow(VideoSpec spec, String prompt, Why why) throws IOException {
    Path directory = Files.createTempDirectory("placeholder-");
    try {
      List<Artifact> files = new ArrayList<>();
      for (MediaFile file : clips.draw(spec, prompt, why, directory)) {
        try (InputStream in = Files.newInputStream(file.path())) {
          store.write(in, file.sha256(), file.bytes());
        }
        files.add(
            new Artifact(file.variant().wireName(), file.mediaType(), file.bytes(), file.sha256()));
      }
      return files;
    } catch (MediaException e) {
      throw new IOException("The placeholder could not be drawn: " + e.getMessage(), e);
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
