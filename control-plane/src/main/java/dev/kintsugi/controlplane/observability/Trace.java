package dev.kintsugi.controlplane.observability;

import io.micronaut.http.HttpRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request belongs.
 *
 * @param traceId 32 hex digits: the caller's (W3C Trace Context) or new
 * @param parentId 16 hex digits: the caller's span; null where it named none
 * @param requestId {@code req_} and 32 hex digits, new for every request
 * @param begun when it came, on the clock of {@link System#nanoTime}
 */
public record Trace(String traceId, @Nullable String parentId, String requestId, long begun) {

  static final String ATTRIBUTE = "kintsugi.trace";

  /** Version, trace id, parent id, flags; later versions may append fields. */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

  private static final SecureRandom RANDOM = new SecureRandom();

  /** The trace of a request that passed the filter; a new one for any other. */
  public static Trace of(HttpRequest<?> request) {
    return request.getAttribute(ATTRIBUTE, Trace.class).orElseGet(() -> of((String) null));
  }

  static Trace of(@Nullable String traceparent) {
    long now = System.nanoTime();
    String request = "req_" + random();
    if (traceparent != null && traceparent.length() < 512) {
      Matcher matcher = TRACEPARENT.matcher(traceparent);
      if (matcher.matches()) {
        return new Trace(matcher.group(1), matcher.group(2), request, now);
      }
    }
    return new Trace(random(), null, request, now);
  }

  /** How long ago the request came. */
  public Duration age() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static String random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
