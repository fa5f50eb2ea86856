import java.util.SplittableRandom;

/**
 * Every trace has its own seed, so that all judges see the same traces in whatever order they run.
 */
final class Seeds {
  private Seeds() {}

  static SplittableRandom random(long seed, World world, int trace) {
    long mixed = mix(seed) ^ mix(world.name().hashCode() + 0x5DEECE66DL);
    return new SplittableRandom(mix(mixed + trace));
  }

  private static long mix(long value) {
    long z = (value + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
