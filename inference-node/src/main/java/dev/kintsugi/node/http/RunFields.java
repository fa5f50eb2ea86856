package dev.kintsugi.node.http;

import dev.kintsugi.protocol.node.AttemptOptions;
import dev.kintsugi.protocol.node.Render;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code run} of an attempt: how it is run, beside what it makes. */
final class RunFields {
  private static final List<String> EXPERTS = List.of("high", "low");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_INTERVAL = 1000;

  private RunFields() {}

  /** The options, or null where the attempt says nothing of them. */
  static @Nullable AttemptOptions read(RequestFields fields) {
    Object run = fields.values().get("run");
    if (run == null) {
      return null;
    }
    if (!(run instanceof Map<?, ?> map)) {
      throw RequestFields.invalid("run", "run must be an object");
    }
    Map<String, @Nullable Object> named =
        map.entrySet().stream()
            .filter(e -> e.getValue() != null)
            .collect(Collectors.toMap(e -> "run." + e.getKey(), Map.Entry::getValue));
    RequestFields options = new RequestFields(named);
    return new AttemptOptions(
        resumeFrom(options), avoidExpert(options), render(options), interval(options));
  }

  private static @Nullable String resumeFrom(RequestFields options) {
    String digest = options.text("run.resume_from", 64);
    if (digest != null && !SHA256.matcher(digest).matches()) {
      throw RequestFields.invalid(
          "run.resume_from", "run.resume_from must be a SHA-256 in 64 lower-case hex digits");
    }
    return digest;
  }

  private static @Nullable String avoidExpert(RequestFields options) {
    String expert = options.text("run.avoid_expert", 16);
    if (expert != null && !EXPERTS.contains(expert)) {
      throw RequestFields.invalid("run.avoid_expert", "run.avoid_expert must be high or low");
    }
    return expert;
  }

  private static @Nullable Render render(RequestFields options) {
    String render = options.text("run.render", 32);
    if (render == null) {
      return null;
    }
    return Arrays.stream(Render.values())
        .filter(r -> r.wireName().equals(render))
        .findFirst()
        .orElseThrow(
            () -> RequestFields.invalid("run.render", "run.render must be video or still_motion"));
  }

  private static @Nullable Integer interval(RequestFields options) {
    return options.integer("run.checkpoint_every", 0, MAX_INTERVAL);
  }
}
