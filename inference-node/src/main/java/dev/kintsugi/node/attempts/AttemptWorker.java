package dev.kintsugi.node.attempts;

import dev.kintsugi.core.quality.QualityThresholds;
import dev.kintsugi.core.quality.Verdict;
import dev.kintsugi.media.CameraMove;
import dev.kintsugi.media.ClipEncoder;
import dev.kintsugi.media.FrameSpool;
import dev.kintsugi.media.MediaException;
import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.VideoSpec;
import dev.kintsugi.node.attempts.AttemptRun.Outcome;
import dev.kintsugi.node.checkpoints.CheckpointTrail;
import dev.kintsugi.node.checkpoints.CheckpointWriter;
import dev.kintsugi.node.engine.Clip;
import dev.kintsugi.node.engine.DenoiseState;
import dev.kintsugi.node.engine.RunOptions;
import dev.kintsugi.node.engine.VideoModel;
import dev.kintsugi.node.quality.ClipInspection;
import dev.kintsugi.node.quality.Judgement;
import dev.kintsugi.node.quality.QualityInspector;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus.AttemptError;
import dev.kintsugi.protocol.node.FailureClass;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Takes an attempt from prompt to files: generation on the engine thread, encoding beside it. */
@Singleton
final class AttemptWorker {
  private static final Logger LOG = LoggerFactory.getLogger(AttemptWorker.class);

  private final Encoding encoding;
  private final QualityInspector inspector;
  private final CheckpointWriter checkpoints;
  private final StepTimes stepTimes;
  private final NodeMetrics metrics;
  private final FailureContexts contexts;
  private final List<AttemptListener> listeners;
  private final AttemptFaults faults;
  private final Clock clock;
  private final ClipEncoder encoder = new ClipEncoder();

  AttemptWorker(
      Encoding encoding,
      QualityInspector inspector,
      CheckpointWriter checkpoints,
      StepTimes stepTimes,
      NodeMetrics metrics,
      FailureContexts contexts,
      List<AttemptListener> listeners,
      AttemptFaults faults,
      Clock clock) {
    this.encoding = encoding;
    this.inspector = inspector;
    this.checkpoints = checkpoints;
    this.stepTimes = stepTimes;
    this.metrics = metrics;
    this.contexts = contexts;
    this.listeners = listeners;
    this.faults = faults;
    this.clock = clock;
  }

  /** Runs on the engine thread, which is free again when this returns. */
  void generate(Attempt attempt, VideoModel model, RunOptions options) {
    traced(attempt, () -> generateTraced(attempt, model, options));
  }

  /** Ends an attempt as cancelled. */
  void cancelled(Attempt attempt) {
    fail(attempt, FailureClass.CANCELLED, "cancelled on request", List.of());
  }

  /** Ends an attempt without a video, unless it has ended already. */
  void fail(Attempt attempt, FailureClass failure, String message, List<MediaFile> kept) {
    fail(attempt, failure, message, kept, null);
  }

  /** The same, for a fault of the GPU where {@code xid} is given. */
  boolean fail(
      Attempt attempt,
      FailureClass failure,
      String message,
      List<MediaFile> kept,
      @Nullable Integer xid) {
    AttemptError error = new AttemptError(failure, message, contexts.of(attempt, xid));
    boolean first = attempt.fail(error, kept, clock.instant());
    if (first) {
      metrics.attemptEnded(failure.name().toLowerCase(Locale.ROOT));
      if (failure != FailureClass.CANCELLED) {
        traced(
            attempt,
            () ->
                described(attempt, LOG.atWarn())
                    .addKeyValue("event", "attempt_failed")
                    .addKeyValue("failure", failure)
                    .log("attempt {} failed: {}", attempt.id(), message));
      }
    }
    return first;
  }

  /** A thread is done with an attempt; the last one ends it for good. */
  void release(Attempt attempt) {
    if (attempt.holders().release()) {
      listeners.forEach(l -> l.ended(attempt));
    }
  }

  private void generateTraced(Attempt attempt, VideoModel model, RunOptions options) {
    if (attempt.cancelRequested() || attempt.terminal()) {
      cancelled(attempt);
      return;
    }
    FrameSpool spool;
    try {
      spool =
          FrameSpool.create(
              attempt.directory().resolve(MediaFile.Variant.FRAMES.fileName()),
              attempt.job().video());
    } catch (MediaException e) {
      fail(attempt, FailureClass.INTERNAL, String.valueOf(e.getMessage()), List.of());
      return;
    }
    CheckpointTrail trail =
        checkpoints.begin(attempt.directory(), attempt.run(), attempt::checkpointed);
    attempt.keeps(trail);
    DenoiseState from = options.resume();
    if (from != null) {
      attempt.resumed(from);
    }
    ClipInspection inspection = inspect(attempt, model);
    Outcome outcome =
        new AttemptRun(
                attempt,
                options,
                trail,
                spool,
                inspection,
                stepTimes,
                metrics,
                listeners,
                faults.generation(attempt))
            .run(model);
    switch (outcome) {
      case Outcome.Generated(Clip clip) -> {
        attempt.encoding();
        attempt.holders().hold();
        encoding.submit(() -> traced(attempt, () -> conclude(attempt, spool, inspection, clip)));
      }
      case Outcome.Failed(FailureClass failure, String message) -> {
        inspection.abandon();
        spool.discard();
        // So that the answer names the newest checkpoint there will be.
        trail.settle();
        fail(attempt, failure, message, List.of());
      }
    }
  }

  private ClipInspection inspect(Attempt attempt, VideoModel model) {
    VideoSpec video = attempt.job().video();
    return inspector.begin(
        video.width(), video.height(), QualityThresholds.of(model.manifest().quality()));
  }

  private void conclude(Attempt attempt, FrameSpool spool, ClipInspection inspection, Clip clip) {
    try {
      OptionalDouble judged = passed(attempt, inspection.judge());
      if (judged.isPresent() && moved(attempt, spool)) {
        attempt.generated(stages(clip, judged.getAsDouble()));
        encode(attempt, spool);
      } else {
        spool.discard();
      }
    } finally {
      release(attempt);
    }
  }

  /** Lets the camera move where one frame was asked for; false when the attempt has ended of it. */
  private boolean moved(Attempt attempt, FrameSpool spool) {
    if (!attempt.job().still()) {
      return true;
    }
    try {
      CameraMove.fill(spool, attempt.job().video(), attempt.job().generation().seed());
      return true;
    } catch (MediaException e) {
      fail(attempt, FailureClass.INTERNAL, String.valueOf(e.getMessage()), List.of());
      return false;
    }
  }

  /** Encodes frames that were kept; returns once the encoder has a place for them. */
  void encodeAgain(Attempt attempt) {
    attempt.holders().hold();
    encoding.submit(() -> traced(attempt, () -> encodeKept(attempt)));
  }

  private void encodeKept(Attempt attempt) {
    try {
      Path frames = attempt.directory().resolve(MediaFile.Variant.FRAMES.fileName());
      encode(attempt, FrameSpool.open(frames, attempt.job().video()));
    } catch (MediaException e) {
      fail(attempt, FailureClass.ENCODE_FAILED, String.valueOf(e.getMessage()), List.of());
    } finally {
      release(attempt);
    }
  }

  /** Seconds the inspection took of a clip that may be given out; else the attempt has ended. */
  private OptionalDouble passed(Attempt attempt, Judgement judgement) {
    switch (judgement) {
      case Judgement.NotJudged(String reason) -> {
        fail(attempt, FailureClass.INTERNAL, "the clip cannot be judged: " + reason, List.of());
        return OptionalDouble.empty();
      }
      case Judgement.Judged judged -> {
        attempt.judged(judged.statistics().named());
        metrics.judged(judged.verdict());
        if (judged.verdict() instanceof Verdict.Rejected rejected) {
          fail(
              attempt,
              Judgement.failure(rejected.defect()),
              Judgement.sentence(rejected),
              List.of());
          return OptionalDouble.empty();
        }
        if (judged.verdict() instanceof Verdict.Passed(_, OptionalDouble score)) {
          score.ifPresent(attempt::scored);
        }
        return OptionalDouble.of(judged.seconds());
      }
    }
  }

  private void encode(Attempt attempt, FrameSpool spool) {
    long start = System.nanoTime();
    try (AttemptFaults.Undo undo = faults.encoding(attempt)) {
      Optional<List<MediaFile>> files =
          encoder.encode(
              spool, attempt.job().video(), attempt.directory(), attempt::cancelRequested);
      spool.discard();
      if (files.isEmpty()) {
        cancelled(attempt);
      } else {
        complete(attempt, files.get(), (System.nanoTime() - start) / 1e9);
      }
    } catch (MediaException | RuntimeException e) {
      keepFrames(attempt, spool, e);
    }
  }

  // The frames cost minutes of a GPU: they are kept to be encoded again, or for a person.
  private void keepFrames(Attempt attempt, FrameSpool spool, Exception failure) {
    String message =
        failure instanceof MediaException
            ? String.valueOf(failure.getMessage())
            : "the encoder failed: " + failure;
    List<MediaFile> kept = List.of();
    try {
      kept = List.of(encoder.describe(spool));
    } catch (MediaException e) {
      LOG.warn("the frames of {} are lost too: {}", attempt.id(), e.getMessage());
    }
    spool.close();
    fail(attempt, FailureClass.ENCODE_FAILED, message, kept);
  }

  private void complete(Attempt attempt, List<MediaFile> files, double encodeSeconds) {
    Map<String, Double> stages = new LinkedHashMap<>();
    Map<String, Double> before = attempt.status().stageDurations();
    if (before != null) {
      stages.putAll(before);
    }
    stages.put("encode", encodeSeconds);
    if (!attempt.complete(files, stages, clock.instant())) {
      return;
    }
    attempt.forgetCheckpoints();
    metrics.attemptEnded("completed");
    String traceId = attempt.job().request().traceId();
    stages.forEach((stage, seconds) -> metrics.stageEnded(stage, seconds, traceId));
    LOG.atDebug().addKeyValue("stage_durations", stages).log("attempt {} done", attempt.id());
  }

  private static Map<String, Double> stages(Clip clip, double judgeSeconds) {
    Map<String, Double> stages = new LinkedHashMap<>();
    stages.put("text_encode", clip.durations().textEncode());
    stages.put("denoise", clip.durations().denoise());
    stages.put("decode", clip.durations().decode());
    stages.put("judge", judgeSeconds);
    return stages;
  }

  private static org.slf4j.spi.LoggingEventBuilder described(
      Attempt attempt, org.slf4j.spi.LoggingEventBuilder event) {
    AttemptRequest request = attempt.job().request();
    return event
        .addKeyValue("model", request.model())
        .addKeyValue("size", request.size())
        .addKeyValue("num_frames", request.numFrames())
        .addKeyValue("num_inference_steps", request.numInferenceSteps())
        .addKeyValue("seed", request.seed())
        .addKeyValue("step", attempt.status().step());
  }

  /** Log lines of the work say which attempt, and which job's trace, they are about. */
  private static void traced(Attempt attempt, Runnable work) {
    AttemptRequest request = attempt.job().request();
    Map<String, String> before = MDC.getCopyOfContextMap();
    MDC.put("attempt", request.id());
    if (request.traceId() != null) {
      MDC.put("trace_id", request.traceId());
    }
    try {
      work.run();
    } finally {
      MDC.setContextMap(before == null ? Map.of() : before);
    }
  }
}
