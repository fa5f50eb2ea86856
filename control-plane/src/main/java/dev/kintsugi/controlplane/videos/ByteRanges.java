package dev.kintsugi.controlplane.videos;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@code Range} header (RFC 9110, section 14). Pure. */
final class ByteRanges {

  /** More ranges than any client needs are a way to burden the server. */
  static final int MAX_RANGES = 16;

  private static final Pattern SPEC = Pattern.compile("([0-9]{0,18})-([0-9]{0,18})");

  private ByteRanges() {}

  /**
   * @param first first byte, from 0
   * @param last last byte, inclusive
   */
  record Slice(long first, long last) {
    long length() {
      return last - first + 1;
    }

    String header(long length) {
      return "bytes " + first + "-" + last + "/" + length;
    }
  }

  /** What to send. */
  sealed interface Selection {
    /** No range, or one that may be ignored: another unit, not a range at all, too many. */
    record Whole() implements Selection {}

    /** One or more slices, in the order asked. */
    record Parts(List<Slice> slices) implements Selection {}

    /** Every range lies beyond the end. */
    record Unsatisfiable() implements Selection {}
  }

  static Selection select(@Nullable String header, long length) {
    if (header == null || !header.regionMatches(true, 0, "bytes=", 0, 6)) {
      return new Selection.Whole();
    }
    String[] specs = header.substring(6).split(",", -1);
    if (specs.length > MAX_RANGES) {
      return new Selection.Whole();
    }
    List<Slice> slices = new ArrayList<>();
    for (String spec : specs) {
      Matcher matcher = SPEC.matcher(spec.trim());
      if (!matcher.matches() || !valid(matcher.group(1), matcher.group(2))) {
        return new Selection.Whole();
      }
      Slice slice = slice(matcher.group(1), matcher.group(2), length);
      if (slice != null) {
        slices.add(slice);
      }
    }
    return slices.isEmpty() ? new Selection.Unsatisfiable() : new Selection.Parts(slices);
  }

  private static boolean valid(String from, String to) {
    if (from.isEmpty() || to.isEmpty()) {
      return !from.equals(to);
    }
    return Long.parseLong(from) <= Long.parseLong(to);
  }

  /** Null when the range lies beyond the end. */
  private static @Nullable Slice slice(String from, String to, long length) {
    if (from.isEmpty()) {
      long suffix = Math.min(Long.parseLong(to), length);
      return suffix == 0 ? null : new Slice(length - suffix, length - 1);
    }
    long first = Long.parseLong(from);
    if (first >= length) {
      return null;
    }
    long last = to.isEmpty() ? length - 1 : Math.min(Long.parseLong(to), length - 1);
    return new Slice(first, last);
  }
}
