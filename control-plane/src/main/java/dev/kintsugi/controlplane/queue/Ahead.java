package dev.kintsugi.controlplane.queue;

/**
 * Work that will be dispatched before a waiting job, as things stand.
 *
 * @param jobs count, exact below the cap of 1,000
 * @param cost predicted GPU seconds of those jobs
 */
public record Ahead(long jobs, double cost) {
  public static final Ahead NOTHING = new Ahead(0, 0);
}
