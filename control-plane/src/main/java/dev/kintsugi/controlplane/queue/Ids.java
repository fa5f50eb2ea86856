package dev.kintsugi.controlplane.queue;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** Ids of jobs, attempts and what is kept beside them: UUIDs of version 7, which sort by time. */
public final class Ids {

  private static final String JOB = "video_";
  private static final String ATTEMPT = "attempt_";
  private static final int HEX_DIGITS = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  /** A new id; the 12 bits after the millisecond are its fraction, as RFC 9562 §6.2 allows. */
  public static UUID next(Instant now) {
    long fraction = (now.getNano() % 1_000_000L) * 4096 / 1_000_000L;
    return new UUID(high(now) | fraction, 0x8000000000000000L | (RANDOM.nextLong() >>> 2));
  }

  /** An id that no id made at or after the instant is below. */
  static UUID lowest(Instant at) {
    return new UUID(high(at), 0x8000000000000000L);
  }

  private static long high(Instant at) {
    return (at.toEpochMilli() << 16) | 0x7000L;
  }

  /** As customers see it. */
  public static String job(UUID id) {
    return JOB + hex(id);
  }

  static String attempt(UUID id) {
    return ATTEMPT + hex(id);
  }

  /** Empty for anything that {@link #job} did not make. */
  public static Optional<UUID> parseJob(String id) {
    return parse(JOB, id);
  }

  static Optional<UUID> parseAttempt(String id) {
    return parse(ATTEMPT, id);
  }

  /** 32 hex digits. */
  public static String hex(UUID id) {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(id.getMostSignificantBits())
        + hex.toHexDigits(id.getLeastSignificantBits());
  }

  /** The id behind a prefix; empty for anything that {@link #hex} did not make. */
  public static Optional<UUID> parse(String prefix, String id) {
    if (!id.startsWith(prefix) || id.length() != prefix.length() + HEX_DIGITS) {
      return Optional.empty();
    }
    String hex = id.substring(prefix.length());
    if (!hex.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
      return Optional.empty();
    }
    int half = HEX_DIGITS / 2;
    return Optional.of(
        new UUID(
            Long.parseUnsignedLong(hex.substring(0, half), 16),
            Long.parseUnsignedLong(hex.substring(half), 16)));
  }
}
