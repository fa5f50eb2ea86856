package dev.kintsugi.core.novelty;

/**
 * Which prompts were counted already: the same prompt again is no further evidence. A Bloom filter,
 * so no prompt can be read from it; of a thousand new ones a few are taken for known.
 *
 * @param bits a power of two of them
 * @param count prompts in it
 */
public record KnownPrompts(long[] bits, int count) {

  private static final int WORDS = 1 << 12;
  private static final int HASHES = 4;

  /** Then it would take too many for known, and begins anew. */
  private static final int FULL = 20_000;

  public static KnownPrompts none() {
    return new KnownPrompts(new long[WORDS], 0);
  }

  boolean has(long id) {
    for (int i = 0; i < HASHES; i++) {
      int bit = bit(id, i);
      if ((bits[bit >> 6] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  KnownPrompts with(long id) {
    long[] more = count < FULL ? bits.clone() : new long[bits.length];
    for (int i = 0; i < HASHES; i++) {
      int bit = bit(id, i);
      more[bit >> 6] |= 1L << bit;
    }
    return new KnownPrompts(more, count < FULL ? count + 1 : 1);
  }

  /** Two halves of the id make as many hashes as one likes. */
  private int bit(long id, int hash) {
    int mixed = (int) id + hash * ((int) (id >>> 32) | 1);
    return mixed & (bits.length * Long.SIZE - 1);
  }
}
