package dev.kintsugi.core.watch;

/**
 * Brings an embedding down to a few dimensions by fixed random signs, the same in every process.
 * Distances survive that nearly unchanged (Johnson–Lindenstrauss), while a covariance of thousands
 * of dimensions would take megabytes and more prompts than a node sees in a week.
 */
final class PromptProjection {
  /** One bit of a hash is one sign, so at most 64. */
  static final int DIMENSIONS = 32;

  private static final long SEED = 0x6b696e7473756769L;

  private PromptProjection() {}

  /** An embedding that is small already stays as it is. */
  static double[] project(float[] embedding) {
    int to = Math.min(DIMENSIONS, embedding.length);
    double[] out = new double[to];
    if (to == embedding.length) {
      for (int i = 0; i < to; i++) {
        out[i] = embedding[i];
      }
      return out;
    }
    double scale = 1 / Math.sqrt(to);
    for (int i = 0; i < embedding.length; i++) {
      long signs = mix(SEED + i * 0x9e3779b97f4a7c15L);
      double value = embedding[i] * scale;
      for (int j = 0; j < to; j++) {
        out[j] += (signs >>> j & 1) == 0 ? value : -value;
      }
    }
    return out;
  }

  /** The finaliser of SplitMix64: neighbouring inputs give unrelated bits. */
  private static long mix(long z) {
    long x = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }
}
