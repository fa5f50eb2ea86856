package dev.kintsugi.controlplane.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The customers whose jobs a slot takes while two versions are compared customer by customer. Each
 * customer has a place from 0 to {@link #PLACES} - 1 by a hash, the same for every replica.
 *
 * @param by what a customer is
 * @param seed of the comparison: another one shuffles the places
 * @param from first place
 * @param until the place after the last one
 * @param patience others' jobs are taken, too, when they wait so long or failed before; null never
 */
public record Audience(By by, long seed, int from, int until, @Nullable Duration patience) {

  public static final int PLACES = 10_000;

  /** What a customer is. */
  public enum By {
    TENANT,
    /** The tenant's {@code user}; the tenant for jobs that name none. */
    USER
  }
}
