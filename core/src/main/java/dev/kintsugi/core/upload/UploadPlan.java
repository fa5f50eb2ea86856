package dev.kintsugi.core.upload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which parts of a file are still to be sent.
 *
 * @param partBytes length of every part but the last
 * @param all every part, first to last
 * @param missing those the store does not have, first to last
 */
public record UploadPlan(long partBytes, List<Part> all, List<Part> missing) {

  /** The most parts that an upload may have. */
  static final int MOST_PARTS = 10_000;

  public UploadPlan {
    all = List.copyOf(all);
    missing = List.copyOf(missing);
  }

  /**
   * One part.
   *
   * @param number from 1
   * @param offset of its first byte
   * @param bytes length, above 0
   */
  public record Part(int number, long offset, long bytes) {}

  /**
   * Splits a file. A part that the store has with another length does not count: it was sent by
   * someone with another part size.
   *
   * @param bytes length of the file, above 0
   * @param wanted length of a part; longer where there would be too many
   * @param stored length by number of the parts that the store has
   */
  public static UploadPlan of(long bytes, long wanted, Map<Integer, Long> stored) {
    if (bytes < 1 || wanted < 1) {
      throw new IllegalArgumentException("a file and a part have at least one byte");
    }
    long partBytes = Math.max(wanted, Math.ceilDiv(bytes, MOST_PARTS));
    List<Part> all = new ArrayList<>();
    for (long offset = 0; offset < bytes; offset += partBytes) {
      all.add(new Part(all.size() + 1, offset, Math.min(partBytes, bytes - offset)));
    }
    List<Part> missing =
        all.stream()
            .filter(part -> stored.getOrDefault(part.number(), -1L) != part.bytes())
            .toList();
    return new UploadPlan(partBytes, all, missing);
  }
}
