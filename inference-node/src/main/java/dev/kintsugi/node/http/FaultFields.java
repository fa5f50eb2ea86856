package dev.kintsugi.node.http;

import dev.kintsugi.core.node.FaultTarget;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FaultSpec;
import dev.kintsugi.protocol.node.FaultSpec.Kind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /node/faults} and fills in what is left out. */
final class FaultFields {
  private static final int MAX_COUNT = 100_000;
  private static final int MAX_STEP = 1_000;
  private static final int MAX_XID = 1_000;
  private static final double MIN_SECONDS = 0.01;
  private static final double MAX_SECONDS = 3_600;
  private static final double DEFAULT_SECONDS = 300;
  private static final double DEFAULT_LATENCY = 1;
  private static final int DEFAULT_LEAK = 32 << 20;
  private static final int MAX_LEAK = 1 << 30;
  private static final int MAX_PATTERN = 200;
  private static final double MAX_PIXELS = 1e12;
  private static final List<String> EXPERTS = List.of("high", "low", "lite");

  /** What belongs to each kind beside what all have. */
  private static final Set<String> COMMON =
      Set.of("kind", "count", "probability", "seed", "duration_seconds");

  /** What belongs to each kind that acts on attempts. */
  private static final Set<String> TARGET = Set.of("prompt_matches", "min_pixels");

  private static final Set<Kind> NOT_ON_ATTEMPTS =
      EnumSet.of(Kind.CORRUPT_WEIGHTS, Kind.UPLOAD_FAILED, Kind.UPLOAD_ALTERED);

  private final Map<String, @Nullable Object> body;
  private final RequestFields fields;
  private final RandomGenerator random;

  private FaultFields(Map<String, @Nullable Object> body, RandomGenerator random) {
    this.body = body;
    this.fields = new RequestFields(body);
    this.random = random;
  }

  /**
   * @param random chooses a seed where none is given
   */
  static FaultSpec read(Map<String, @Nullable Object> body, RandomGenerator random) {
    return new FaultFields(body, random).spec();
  }

  private FaultSpec spec() {
    Kind kind = kind();
    Set<String> own = new TreeSet<>(own(kind));
    if (!NOT_ON_ATTEMPTS.contains(kind)) {
      own.addAll(TARGET);
    }
    for (String field : new TreeSet<>(body.keySet())) {
      if (!COMMON.contains(field) && !own.contains(field)) {
        throw RequestFields.invalid(
            field, kind.wireName() + " has no " + field + "; it has " + names(own));
      }
    }
    return new FaultSpec(
        kind,
        orElse(fields.integer("count", 1, MAX_COUNT), 1),
        orElse(fields.decimal("probability", 0, 1), 1.0),
        orElse(fields.integer("seed", 0, Integer.MAX_VALUE), random.nextInt(Integer.MAX_VALUE)),
        fields.integer("step", 1, MAX_STEP),
        orElse(fields.decimal("duration_seconds", MIN_SECONDS, MAX_SECONDS), DEFAULT_SECONDS),
        own.contains("expert") ? expert() : null,
        own.contains("xid") ? required("xid", fields.integer("xid", 1, MAX_XID)) : null,
        delay(kind),
        own.contains("bytes") ? orElse(fields.integer("bytes", 1, MAX_LEAK), DEFAULT_LEAK) : null,
        pattern(),
        pixels());
  }

  private Kind kind() {
    String all = Arrays.stream(Kind.values()).map(Kind::wireName).collect(Collectors.joining(", "));
    String name = required("kind", fields.text("kind", 64));
    return Arrays.stream(Kind.values())
        .filter(k -> k.wireName().equals(name))
        .findFirst()
        .orElseThrow(() -> RequestFields.invalid("kind", "kind must be one of " + all));
  }

  private static Set<String> own(Kind kind) {
    return switch (kind) {
      case OOM, NAN, CRASH -> Set.of("step");
      case LATENCY, STALL -> Set.of("step", "delay_seconds");
      case LEAK -> Set.of("step", "bytes");
      case EXPERT_FAILURE -> Set.of("step", "expert");
      case GPU_FAULT -> Set.of("step", "xid");
      case BLACK_FRAMES,
          FROZEN,
          FLICKER,
          NOISE,
          CORRUPT_WEIGHTS,
          ENCODE_FAILED,
          UPLOAD_FAILED,
          UPLOAD_ALTERED,
          DISK_FULL ->
          Set.of();
    };
  }

  private String expert() {
    String name = required("expert", fields.text("expert", 64));
    if (!EXPERTS.contains(name)) {
      throw RequestFields.invalid("expert", "expert must be one of " + String.join(", ", EXPERTS));
    }
    return name;
  }

  private @Nullable String pattern() {
    String pattern = fields.text("prompt_matches", MAX_PATTERN);
    try {
      FaultTarget.of(pattern, null);
    } catch (PatternSyntaxException e) {
      throw RequestFields.invalid(
          "prompt_matches", "prompt_matches must be a regular expression: " + e.getDescription());
    }
    return pattern;
  }

  private @Nullable Long pixels() {
    Double pixels = fields.decimal("min_pixels", 1, MAX_PIXELS);
    return pixels == null ? null : pixels.longValue();
  }

  private @Nullable Double delay(Kind kind) {
    Double delay = fields.decimal("delay_seconds", MIN_SECONDS, MAX_SECONDS);
    return kind == Kind.LATENCY ? orElse(delay, DEFAULT_LATENCY) : delay;
  }

  private static String names(Set<String> own) {
    Set<String> all = new TreeSet<>(COMMON);
    all.addAll(own);
    return String.join(", ", all);
  }

  private static <T> T required(String field, @Nullable T value) {
    if (value == null) {
      throw new ApiException(ErrorCode.MISSING_REQUIRED_PARAMETER, field + " is required", field);
    }
    return value;
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
