package dev.kintsugi.core.admission;

import dev.kintsugi.core.admission.Problem.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules a submission meets before any model is looked at. Values may be numbers or text alike:
 * multipart forms carry nothing but text. All problems are found, not just the first.
 */
public final class FieldRules {

  /** Longest prompt, in Unicode code points; also of a negative one. */
  public static final int MAX_PROMPT = 512;

  /** Longest prompt with nested brackets, which a person looks at first. */
  public static final int MAX_HELD_PROMPT = 2048;

  public static final int MAX_USER = 256;
  public static final int MAX_URL = 2048;
  public static final int MAX_STEPS = 200;
  public static final int MAX_FPS = 60;
  public static final int MAX_SECONDS = 600;
  public static final int MAX_FRAMES = 10_000;
  public static final double MAX_GUIDANCE = 20;
  public static final double MAX_FLOW_SHIFT = 20;

  /** Scheduling classes, most urgent first. */
  public static final List<String> PRIORITIES = List.of("realtime", "standard", "batch");

  /** Fields that are understood. */
  public static final List<String> FIELDS =
      List.of(
          "prompt",
          "negative_prompt",
          "model",
          "seconds",
          "size",
          "width",
          "height",
          "num_frames",
          "fps",
          "num_inference_steps",
          "guidance_scale",
          "guidance_scale_2",
          "flow_shift",
          "seed",
          "priority",
          "webhook_url",
          "user");

  /** Fields of other Videos servers that change the clip: ignoring them would deceive. */
  static final Set<String> KNOWN_UNSUPPORTED =
      Set.of(
          "input_reference",
          "image_reference",
          "reference_url",
          "video",
          "characters",
          "lora",
          "boundary_ratio",
          "extra_params",
          "generate_sound",
          "enable_frame_interpolation",
          "enable_teacache",
          "output_format",
          "response_format",
          "output_quality",
          "output_compression",
          "stream",
          "n");

  /** Fields of other servers that cannot change the clip of this kind of model. */
  static final Set<String> IGNORED = Set.of("true_cfg_scale", "extra_body", "timeout");

  private FieldRules() {}

  /**
   * Reads a submission.
   *
   * @param fields by name: text, number, boolean, list, map or null, as parsed from JSON, or text
   *     from a form
   */
  public static Checked<Asked> read(Map<String, ? extends @Nullable Object> fields) {
    List<Problem> problems = new ArrayList<>();
    FieldReader reader = new FieldReader(fields, problems);
    String prompt = reader.text("prompt", longestPrompt(fields.get("prompt")), Reason.TOO_LONG);
    if (prompt == null || prompt.isBlank()) {
      requirePrompt(problems);
    }
    Asked asked =
        new Asked(
            prompt == null ? "" : prompt,
            reader.text("negative_prompt", MAX_PROMPT, Reason.TOO_LONG),
            reader.text("model", MAX_USER, Reason.INVALID),
            reader.integer("seconds", 1, MAX_SECONDS),
            size(reader, problems),
            reader.integer("num_frames", 1, MAX_FRAMES),
            reader.integer("fps", 1, MAX_FPS),
            reader.integer("num_inference_steps", 1, MAX_STEPS),
            reader.decimal("guidance_scale", 0, MAX_GUIDANCE),
            reader.decimal("guidance_scale_2", 0, MAX_GUIDANCE),
            reader.decimal("flow_shift", 0.01, MAX_FLOW_SHIFT),
            reader.integer("seed", 0, Integer.MAX_VALUE),
            reader.choice("priority", PRIORITIES, "standard"),
            reader.text("webhook_url", MAX_URL, Reason.INVALID),
            reader.text("user", MAX_USER, Reason.INVALID));
    refuseUnknown(fields, problems);
    return Checked.of(asked, problems);
  }

  private static int longestPrompt(@Nullable Object prompt) {
    boolean nested = prompt instanceof String text && Brackets.depth(text) >= Brackets.NESTED;
    return nested ? MAX_HELD_PROMPT : MAX_PROMPT;
  }

  private static void requirePrompt(List<Problem> problems) {
    if (problems.stream().noneMatch(problem -> problem.field().equals("prompt"))) {
      problems.add(
          new Problem("prompt", Reason.MISSING, "'prompt' is required and must not be blank."));
    }
  }

  private static @Nullable Size size(FieldReader reader, List<Problem> problems) {
    String text = reader.text("size", 32, Reason.BAD_SIZE);
    Integer width = reader.integer("width", 1, 99_999);
    Integer height = reader.integer("height", 1, 99_999);
    if (text != null) {
      return Size.parse(text)
          .map(size -> aligned("size", size, problems))
          .orElseGet(
              () -> {
                problems.add(
                    new Problem(
                        "size",
                        Reason.BAD_SIZE,
                        "'size' must be WIDTHxHEIGHT in pixels, such as 832x480; got "
                            + FieldReader.quote(text)
                            + "."));
                return null;
              });
    }
    if (width != null && height != null) {
      return aligned("width", new Size(width, height), problems);
    }
    if (width != null || height != null) {
      String missing = width == null ? "width" : "height";
      problems.add(
          new Problem(missing, Reason.MISSING, "'width' and 'height' must be given together."));
    }
    return null;
  }

  private static Size aligned(String field, Size size, List<Problem> problems) {
    if (!size.aligned()) {
      problems.add(
          new Problem(
              field,
              Reason.BAD_SIZE,
              "width and height must be multiples of 16; got " + size + "."));
    }
    return size;
  }

  private static void refuseUnknown(
      Map<String, ? extends @Nullable Object> fields, List<Problem> problems) {
    for (Map.Entry<String, ? extends @Nullable Object> field : fields.entrySet()) {
      String name = field.getKey();
      if (field.getValue() == null || FIELDS.contains(name) || IGNORED.contains(name)) {
        continue;
      }
      problems.add(new Problem(name, Reason.UNSUPPORTED, unsupported(name)));
    }
  }

  private static String unsupported(String name) {
    String quoted = "'" + FieldReader.shorten(name) + "'";
    if (KNOWN_UNSUPPORTED.contains(name)) {
      return quoted + " is not supported: this server makes video from text only.";
    }
    return Spelling.closest(name, FIELDS)
        .map(known -> "Unknown parameter " + quoted + ". Did you mean '" + known + "'?")
        .orElse("Unknown parameter " + quoted + ".");
  }
}
