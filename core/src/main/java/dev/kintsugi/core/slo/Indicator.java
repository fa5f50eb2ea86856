package dev.kintsugi.core.slo;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and between which bounds an event is good.
 *
 * @param atLeast lower bound, in the unit of the kind; null for none
 * @param atMost upper bound, in the unit of the kind; null for none
 */
public record Indicator(Kind kind, @Nullable Double atLeast, @Nullable Double atMost) {

  /** Where events come from. */
  private enum Source {
    JOBS,
    LOOKS,
    PROMPTS
  }

  /** What an event is, and in which unit its value is bounded. */
  public enum Kind {
    /** An answered job; seconds from submission to the answer. */
    LATENCY("latency", Source.JOBS, DegradedCounts.GOOD, null, 60.0, 0.99),
    /** An ended job; bad when it failed. */
    ERROR_RATE("errorRate", Source.JOBS, DegradedCounts.GOOD, null, null, 0.99),
    /** An ended job; bad when the customer did not get the video that was asked for. */
    RENDER_SUCCESS("renderSuccess", Source.JOBS, DegradedCounts.HALF, null, null, 0.98),
    /** An answered job; US dollars of all its attempts per 720p-class video. */
    COST("cost", Source.JOBS, DegradedCounts.GOOD, null, 0.08, 0.95),
    /** A look at the service; bad when no node could take work. */
    AVAILABILITY("availability", Source.LOOKS, DegradedCounts.GOOD, null, null, 0.99),
    /** A look at a node that has work; percent of its device in use. */
    GPU_UTILIZATION("gpuUtilization", Source.LOOKS, DegradedCounts.GOOD, 20.0, 95.0, 0.95),
    /** A look at a node; percent of its device memory in use. */
    GPU_MEMORY("gpuMemory", Source.LOOKS, DegradedCounts.GOOD, null, 90.0, 0.95),
    /** A look at a node; percent by which it is slower than the service's usual step time. */
    STEP_RATE_DROP("stepRateDrop", Source.LOOKS, DegradedCounts.GOOD, null, 30.0, 0.95),
    /** A prompt that fails by its own fault; bad when a GPU was spent on it. */
    INTERCEPTION_RATE("interceptionRate", Source.PROMPTS, DegradedCounts.GOOD, null, null, 0.67),
    /** A prompt that would go well; bad when a learned rule stopped it. */
    PROMPT_FALSE_POSITIVES(
        "promptFalsePositives", Source.PROMPTS, DegradedCounts.GOOD, null, null, 0.995),
    /** An answer of Prometheus to a query; any unit. */
    PROMETHEUS("prometheus", Source.LOOKS, DegradedCounts.GOOD, null, null, 0.99);

    private final String wireName;
    private final Source source;
    private final DegradedCounts degraded;
    private final @Nullable Double atLeast;
    private final @Nullable Double atMost;
    private final double target;

    Kind(
        String wireName,
        Source source,
        DegradedCounts degraded,
        @Nullable Double atLeast,
        @Nullable Double atMost,
        double target) {
      this.wireName = wireName;
      this.source = source;
      this.degraded = degraded;
      this.atLeast = atLeast;
      this.atMost = atMost;
      this.target = target;
    }

    public String wireName() {
      return wireName;
    }

    /** Its events are ended jobs: counted from the ledger, none left out. */
    public boolean ofJobs() {
      return source == Source.JOBS;
    }

    /** Its events are prompts, stopped or not: counted from what rules did and how jobs ended. */
    public boolean ofPrompts() {
      return source == Source.PROMPTS;
    }

    /** It is looked at again and again, so that silence means that it is not known. */
    public boolean sampled() {
      return source == Source.LOOKS;
    }

    /** Its events are good or bad by themselves: there is nothing to bound. */
    public boolean unbounded() {
      return this == ERROR_RATE || this == RENDER_SUCCESS || this == AVAILABILITY || ofPrompts();
    }

    /** How a degraded answer counts where the objective does not say. */
    public DegradedCounts degraded() {
      return degraded;
    }

    /** Lower bound where the objective names no bound; null for none. */
    public @Nullable Double atLeast() {
      return atLeast;
    }

    /** Upper bound where the objective names no bound; null for none. */
    public @Nullable Double atMost() {
      return atMost;
    }

    /** Share of good events promised where the objective does not say. */
    public double target() {
      return target;
    }

    public static Optional<Kind> of(String wireName) {
      return Arrays.stream(values()).filter(kind -> kind.wireName.equals(wireName)).findFirst();
    }
  }

  /** How much of a bad event an answer is that is less than what was asked. */
  public enum DegradedCounts {
    GOOD(0),
    HALF(0.5),
    BAD(1);

    private final double bad;

    DegradedCounts(double bad) {
      this.bad = bad;
    }

    public double bad() {
      return bad;
    }

    public static Optional<DegradedCounts> of(String wireName) {
      return Arrays.stream(values())
          .filter(way -> way.name().equalsIgnoreCase(wireName))
          .findFirst();
    }
  }

  /** Whether a value is within the bounds. */
  public boolean good(double value) {
    return (atLeast == null || value >= atLeast) && (atMost == null || value <= atMost);
  }
}
