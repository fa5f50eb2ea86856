package dev.kintsugi.node.http;

import dev.kintsugi.media.VideoSpec;
import dev.kintsugi.node.attempts.AttemptJob;
import dev.kintsugi.node.engine.GenerationRequest;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import dev.kintsugi.protocol.node.Render;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code POST /v1/videos}: an {@link AttemptRequest} of the control plane, or the
 * plain shape any OpenAI client sends, with the model's defaults for what is not said.
 */
final class JobParser {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");
  private static final int MAX_PROMPT = 4096;
  private static final int MAX_FPS = 60;
  private static final double MAX_GUIDANCE = 20;
  private static final double MAX_FLOW_SHIFT = 100;

  private final ModelCard model;
  private final RequestFields fields;

  private JobParser(ModelCard model, RequestFields fields) {
    this.model = model;
    this.fields = fields;
  }

  /**
   * @param models what the node serves, the main model first
   */
  static AttemptJob parse(Map<String, @Nullable Object> body, List<ModelCard> models) {
    RequestFields fields = new RequestFields(body);
    return new JobParser(chosen(fields, models), fields).job();
  }

  private static ModelCard chosen(RequestFields fields, List<ModelCard> models) {
    String asked = fields.text("model", 256);
    if (asked == null || asked.isEmpty()) {
      return models.getFirst();
    }
    return models.stream()
        .filter(m -> m.name().equals(asked))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "this node serves only "
                        + models.stream().map(ModelCard::name).collect(Collectors.joining(", ")),
                    "model"));
  }

  private AttemptJob job() {
    if (fields.has("input_reference") || fields.has("image_reference")) {
      throw new ApiException(
          ErrorCode.UNSUPPORTED_PARAMETER,
          "input_reference is not supported: the model makes videos from text only",
          "input_reference");
    }
    AttemptRequest request = request();
    int separator = request.size().indexOf('x');
    int width = Integer.parseInt(request.size().substring(0, separator));
    int height = Integer.parseInt(request.size().substring(separator + 1));
    return new AttemptJob(
        request,
        generation(request, width, height),
        new VideoSpec(width, height, request.numFrames(), request.fps()));
  }

  private AttemptRequest request() {
    String id = id();
    ModelLimits limits = model.limits();
    String prompt = fields.text("prompt", MAX_PROMPT);
    if (prompt == null || prompt.isBlank()) {
      throw new ApiException(ErrorCode.MISSING_REQUIRED_PARAMETER, "prompt is required", "prompt");
    }
    int fps = orElse(fields.integer("fps", 1, MAX_FPS), limits.defaultFps());
    Double guidance = fields.decimal("guidance_scale", 0, MAX_GUIDANCE);
    Double guidance2 = fields.decimal("guidance_scale_2", 0, MAX_GUIDANCE);
    return new AttemptRequest(
        id,
        model.name(),
        prompt,
        fields.text("negative_prompt", MAX_PROMPT),
        size(limits),
        frames(limits, fps),
        fps,
        orElse(fields.integer("num_inference_steps", 1, limits.maxSteps()), limits.defaultSteps()),
        guidance == null ? limits.defaultGuidanceScale() : guidance,
        guidance == null && guidance2 == null ? Double.valueOf(model.guidanceScale2()) : guidance2,
        fields.decimal("flow_shift", 0.01, MAX_FLOW_SHIFT),
        orElse(fields.integer("seed", 0, Integer.MAX_VALUE), id.hashCode() & Integer.MAX_VALUE),
        traceId(),
        RunFields.read(fields));
  }

  private GenerationRequest generation(AttemptRequest request, int width, int height) {
    Double guidance2 = request.guidanceScale2();
    Double flowShift = request.flowShift();
    return new GenerationRequest(
        request.prompt(),
        Objects.requireNonNullElse(request.negativePrompt(), ""),
        width,
        height,
        generatedFrames(request),
        request.numInferenceSteps(),
        request.guidanceScale(),
        guidance2 == null ? request.guidanceScale() : guidance2,
        flowShift == null ? model.flowShift() : flowShift,
        request.seed(),
        model.scheduler());
  }

  private static int generatedFrames(AttemptRequest request) {
    AttemptOptions run = request.run();
    return run != null && run.render() == Render.STILL_MOTION ? 1 : request.numFrames();
  }

  // A client that names no id cannot repeat itself: each of its requests is a new attempt.
  private String id() {
    String id = fields.text("id", 64);
    if (id == null) {
      return "attempt_" + UUID.randomUUID().toString().replace("-", "");
    }
    if (!ID.matcher(id).matches()) {
      throw RequestFields.invalid("id", "id must be 1 to 64 letters, digits, '_' or '-'");
    }
    return id;
  }

  private String size(ModelLimits limits) {
    String size = fields.text("size", 16);
    Integer width = fields.integer("width", 16, limits.maxWidth());
    Integer height = fields.integer("height", 16, limits.maxHeight());
    if (size == null) {
      size = width != null && height != null ? width + "x" + height : limits.defaultSize();
    }
    Matcher matcher = SIZE.matcher(size);
    if (!matcher.matches()
        || !fits(matcher.group(1), limits.maxWidth())
        || !fits(matcher.group(2), limits.maxHeight())) {
      throw new ApiException(
          ErrorCode.INVALID_SIZE,
          "size must be WIDTHxHEIGHT in multiples of 16, from 16x16 to "
              + limits.maxWidth()
              + "x"
              + limits.maxHeight(),
          "size");
    }
    return Integer.parseInt(matcher.group(1)) + "x" + Integer.parseInt(matcher.group(2));
  }

  private static boolean fits(String side, int max) {
    int pixels = Integer.parseInt(side);
    return pixels >= 16 && pixels <= max && pixels % 16 == 0;
  }

  private int frames(ModelLimits limits, int fps) {
    Integer frames = fields.integer("num_frames", 1, limits.maxFrames());
    if (frames != null) {
      if (frames % 4 != 1) {
        throw RequestFields.invalid(
            "num_frames",
            "num_frames must be 4k+1, such as "
                + (frames / 4 * 4 + 1)
                + ", at most "
                + limits.maxFrames());
      }
      return frames;
    }
    int maxSeconds = Math.max(1, limits.maxFrames() / fps);
    Integer seconds = fields.integer("seconds", 1, maxSeconds);
    return seconds == null
        ? limits.defaultFrames()
        : Math.min(seconds * fps / 4 * 4 + 1, limits.maxFrames());
  }

  private @Nullable String traceId() {
    String traceId = fields.text("trace_id", 32);
    if (traceId != null && !TRACE_ID.matcher(traceId).matches()) {
      throw RequestFields.invalid("trace_id", "trace_id must be 32 lower-case hex digits");
    }
    return traceId;
  }

  private static int orElse(@Nullable Integer value, int other) {
    return value == null ? other : value;
  }
}
