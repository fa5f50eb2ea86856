package dev.kintsugi.core.rollout;

/**
 * Outcomes of stable jobs that were not yet compared with a canary job, oldest first; immutable. Of
 * more than {@link #LIMIT} the oldest are let go, whatever they are.
 */
final class StableQueue {
  static final int LIMIT = 1024;

  static final StableQueue EMPTY = new StableQueue(new long[LIMIT / Long.SIZE], 0, 0);

  /** A ring of bits, set for bad jobs; bits outside the queue are clear. */
  private final long[] bits;

  private final int head;
  private final int size;

  private StableQueue(long[] bits, int head, int size) {
    this.bits = bits;
    this.head = head;
    this.size = size;
  }

  int size() {
    return size;
  }

  StableQueue good(long jobs) {
    int more = (int) Math.min(jobs, LIMIT);
    StableQueue room = drop(Math.max(0, size + more - LIMIT));
    return new StableQueue(room.bits, room.head, room.size + more);
  }

  StableQueue bad() {
    StableQueue room = drop(size == LIMIT ? 1 : 0);
    int at = (room.head + room.size) % LIMIT;
    long[] copy = room.bits.clone();
    copy[at / Long.SIZE] |= 1L << (at % Long.SIZE);
    return new StableQueue(copy, room.head, room.size + 1);
  }

  /** How many of the oldest jobs are bad. */
  int bad(int oldest) {
    int count = 0;
    int at = head;
    for (int left = oldest; left > 0; ) {
      int span = Math.min(left, Long.SIZE - at % Long.SIZE);
      count += Long.bitCount(bits[at / Long.SIZE] & mask(at, span));
      at = (at + span) % LIMIT;
      left -= span;
    }
    return count;
  }

  /** Without the oldest jobs. */
  StableQueue drop(int oldest) {
    if (oldest == 0) {
      return this;
    }
    long[] cleared = bad(oldest) == 0 ? bits : bits.clone();
    int at = head;
    for (int left = oldest; cleared != bits && left > 0; ) {
      int span = Math.min(left, Long.SIZE - at % Long.SIZE);
      cleared[at / Long.SIZE] &= ~mask(at, span);
      at = (at + span) % LIMIT;
      left -= span;
    }
    return new StableQueue(cleared, (head + oldest) % LIMIT, size - oldest);
  }

  private static long mask(int from, int span) {
    return (span == Long.SIZE ? -1L : (1L << span) - 1) << (from % Long.SIZE);
  }
}
