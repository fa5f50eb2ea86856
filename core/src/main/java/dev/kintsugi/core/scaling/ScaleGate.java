package dev.kintsugi.core.scaling;

/**
 * What an autoscaler is told of the load, so that it takes pods away only below a threshold of its
 * own.
 *
 * <p>A HorizontalPodAutoscaler with an external metric and an {@code AverageValue} wants {@code
 * ceil(value / target)} pods, unless {@code value / (target * pods)} is within a tenth of 1. Alone
 * it would give a pod away as soon as the others could just carry its load. So between the
 * threshold and the target it is told {@code target * pods}, which keeps every pod; above the
 * target and below the threshold it is told what was measured.
 */
public final class ScaleGate {

  private ScaleGate() {}

  /**
   * @param qps jobs per second that were submitted
   * @param replicas pods the service is asked to have
   */
  public record Load(double qps, int replicas) {}

  /**
   * @param target jobs per second and pod, as the autoscaler has it
   * @param scaleDownBelow jobs per second and pod under which pods may go
   */
  public record Policy(double target, double scaleDownBelow) {}

  /** Why this value is told. */
  public enum Reason {
    NO_REPLICAS,
    ABOVE_TARGET,
    HELD,
    BELOW_THRESHOLD
  }

  /**
   * @param value jobs per second, over all pods
   */
  public record Decision(Reason reason, double value) {}

  public static Decision decide(Load load, Policy policy) {
    if (load.replicas() <= 0) {
      return new Decision(Reason.NO_REPLICAS, load.qps());
    }
    double each = load.qps() / load.replicas();
    if (each < policy.scaleDownBelow()) {
      return new Decision(Reason.BELOW_THRESHOLD, load.qps());
    }
    return each > policy.target()
        ? new Decision(Reason.ABOVE_TARGET, load.qps())
        : new Decision(Reason.HELD, policy.target() * load.replicas());
  }
}
