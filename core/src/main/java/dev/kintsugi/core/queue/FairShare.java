package dev.kintsugi.core.queue;

/**
 * Weighted fair share by start-time fair queueing (Goyal, Vin, Cheng 1996): each job of a flow gets
 * a start tag, and jobs are served in the order of their tags. A flow is one tenant's jobs of one
 * priority at one service.
 *
 * <p>With {@code F} the finish tag of the flow's previous job and {@code v} the virtual time, which
 * is the largest start tag served so far:
 *
 * <pre>
 *   start  = max(v, F)
 *   finish = start + cost / weight
 * </pre>
 *
 * So while two flows both wait, the GPU time they got since differs, divided by their weights, by
 * at most one job of each; and a tenant that was away gains no credit for it.
 */
public final class FairShare {

  /**
   * Place of a job in the order.
   *
   * @param start tag the job is ordered by
   * @param finish start tag of the flow's next job, if it comes at once
   */
  public record Tag(double start, double finish) {}

  private FairShare() {}

  /**
   * Tags a job.
   *
   * @param virtualTime largest start tag served so far, 0 at first
   * @param lastFinish finish tag of the flow's previous job, 0 at first
   * @param cost predicted GPU seconds, above 0
   * @param weight share of the tenant, above 0
   */
  public static Tag tag(double virtualTime, double lastFinish, double cost, double weight) {
    if (!(cost > 0) || !(weight > 0)) {
      throw new IllegalArgumentException("cost and weight must be above 0");
    }
    double start = Math.max(virtualTime, lastFinish);
    return new Tag(start, start + cost / weight);
  }
}
