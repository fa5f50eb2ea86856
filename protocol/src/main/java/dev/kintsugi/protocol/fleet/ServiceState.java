package dev.kintsugi.protocol.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Desired state of one service, as compiled by an operator: body of {@code PUT
 * /fleet/v1/services/{namespace}/{name}}. The control plane keeps the newest {@code (uid,
 * generation, sequence)} and refuses older ones with {@code stale_generation}.
 *
 * @param uid of the DiffusionService: a new uid is a new service
 * @param generation the resource's generation
 * @param sequence grows with each push of the same generation (nodes come and go)
 * @param model name the public API serves it under
 * @param deadlineSeconds answer promised within, for jobs that name none
 * @param tenants tenant names that may use the service; empty means all
 * @param ladder steps of the recovery ladder in the order they are tried, such as {@code
 *     fewer_steps}; empty means none, null the full one
 * @param rollout the change of revision under way; null while there is none
 * @param scaling what an autoscaler is told of the load; null from an operator that says nothing
 * @param price of its slots; null means the control plane's own, if it has one
 * @param probe how nodes are probed; null means not at all
 * @param freezes times in which no rollout goes on; null means none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceState(
    @JsonProperty("uid") String uid,
    @JsonProperty("generation") long generation,
    @JsonProperty("sequence") long sequence,
    @JsonProperty("model") String model,
    @JsonProperty("deadline_seconds") long deadlineSeconds,
    @JsonProperty("tenants") List<String> tenants,
    @JsonProperty("revisions") List<Revision> revisions,
    @JsonProperty("nodes") List<Node> nodes,
    @JsonProperty("ladder") @Nullable List<String> ladder,
    @JsonProperty("rollout") @Nullable Rollout rollout,
    @JsonProperty("scaling") @Nullable Scaling scaling,
    @JsonProperty("price") @Nullable Price price,
    @JsonProperty("probe") @Nullable Probe probe,
    @JsonProperty("freezes") @Nullable List<Freeze> freezes) {

  /** A service without a price of its own, whose nodes nobody probes. */
  public ServiceState(
      String uid,
      long generation,
      long sequence,
      String model,
      long deadlineSeconds,
      List<String> tenants,
      List<Revision> revisions,
      List<Node> nodes,
      @Nullable List<String> ladder,
      @Nullable Rollout rollout,
      @Nullable Scaling scaling) {
    this(
        uid,
        generation,
        sequence,
        model,
        deadlineSeconds,
        tenants,
        revisions,
        nodes,
        ladder,
        rollout,
        scaling,
        null,
        null,
        null);
  }

  /** A service nobody scales or probes, without a price of its own. */
  public ServiceState(
      String uid,
      long generation,
      long sequence,
      String model,
      long deadlineSeconds,
      List<String> tenants,
      List<Revision> revisions,
      List<Node> nodes,
      @Nullable List<String> ladder,
      @Nullable Rollout rollout) {
    this(
        uid,
        generation,
        sequence,
        model,
        deadlineSeconds,
        tenants,
        revisions,
        nodes,
        ladder,
        rollout,
        null);
  }

  /** The same with another number. */
  public ServiceState numbered(long number) {
    return new ServiceState(
        uid,
        generation,
        number,
        model,
        deadlineSeconds,
        tenants,
        revisions,
        nodes,
        ladder,
        rollout,
        scaling,
        price,
        probe,
        freezes);
  }

  /**
   * What a slot costs.
   *
   * @param gpuHourUsd for an hour
   * @param spotDiscount part of it that a spot node saves, 0..1
   */
  public record Price(
      @JsonProperty("gpu_hour_usd") double gpuHourUsd,
      @JsonProperty("spot_discount") double spotDiscount) {

    /** Of one slot for an hour. */
    public double usdPerHour(boolean spot) {
      return spot ? gpuHourUsd * (1 - spotDiscount) : gpuHourUsd;
    }
  }

  /**
   * How nodes are probed.
   *
   * @param prompt of every probe
   * @param intervalSeconds between two proofs that a node works
   * @param timeoutSeconds a probe that takes longer has failed
   * @param failures in a row that take a node out of dispatch
   */
  public record Probe(
      @JsonProperty("prompt") String prompt,
      @JsonProperty("interval_seconds") long intervalSeconds,
      @JsonProperty("timeout_seconds") long timeoutSeconds,
      @JsonProperty("failures") int failures) {}

  /**
   * A time in which no rollout goes on, again and again.
   *
   * @param schedule when it begins: cron with five fields
   * @param durationSeconds how long it lasts
   * @param timeZone of the schedule, such as {@code Europe/Berlin}
   * @param reason for people; null where nobody gave one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Freeze(
      @JsonProperty("schedule") String schedule,
      @JsonProperty("duration_seconds") long durationSeconds,
      @JsonProperty("time_zone") String timeZone,
      @JsonProperty("reason") @Nullable String reason) {}

  /**
   * A model version that is served.
   *
   * @param name revision name, unique within the service
   * @param weight 0..100; the weights of a service sum to 100
   * @param digest of the model's manifest; null where unpinned
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Revision(
      @JsonProperty("name") String name,
      @JsonProperty("version") String version,
      @JsonProperty("digest") @Nullable String digest,
      @JsonProperty("weight") int weight) {}

  /**
   * One inference node.
   *
   * @param name pod name, unique within the namespace
   * @param address base URL, such as {@code http://10.244.0.7:8080}
   * @param ready as Kubernetes sees it; the control plane also asks the node itself
   * @param draining no new job may be dispatched; running ones finish
   * @param stopAt RFC 3339; when it is stopped whatever runs on it; null while nobody said so
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Node(
      @JsonProperty("name") String name,
      @JsonProperty("revision") String revision,
      @JsonProperty("pool") String pool,
      @JsonProperty("spot") boolean spot,
      @JsonProperty("address") String address,
      @JsonProperty("ready") boolean ready,
      @JsonProperty("draining") boolean draining,
      @JsonProperty("stop_at") @Nullable String stopAt) {

    /** A node that nobody stops. */
    public Node(
        String name,
        String revision,
        String pool,
        boolean spot,
        String address,
        boolean ready,
        boolean draining) {
      this(name, revision, pool, spot, address, ready, draining, null);
    }
  }

  /**
   * @param targetPerPod jobs per second and pod that the service's autoscaler aims at
   * @param scaleDownBelow jobs per second and pod under which pods may go
   * @param replicas pods the service is asked to have now
   */
  public record Scaling(
      @JsonProperty("target_per_pod") double targetPerPod,
      @JsonProperty("scale_down_below") double scaleDownBelow,
      @JsonProperty("replicas") int replicas) {}

  /**
   * A canary that is judged against the revision before it. The weights stand in the revisions.
   *
   * @param name of the ModelRollout: evidence belongs to it, and a new name starts from none
   * @param step which of the steps is under way, from 0
   * @param steps how many there are
   * @param alpha highest probability that a version as good as stable is rolled back
   * @param beta highest probability that a version worse by {@code smallestRegression} is promoted
   * @param smallestRegression rise of the share of bad jobs that must not go unnoticed, 0..1
   * @param smallestSlowdown rise of the time per unit of work that must not, as a part of stable's
   * @param decideWithinSeconds without a verdict after it, the result is {@code INCONCLUSIVE}
   * @param startedAt RFC 3339; jobs begun earlier are no evidence. Another value under the same
   *     name is a new try: evidence starts from none, and a rollback of the earlier try does not
   *     hold
   * @param promoted the canary carries everything and is only watched until its bake ends
   * @param shadowVideos customers' videos that the canary makes once more beside stable's, for
   *     comparison only; 0 means none
   * @param sticky customers, not jobs, are divided between the two: by {@code tenant} or {@code
   *     user}; null where jobs are
   * @param priceRatio price of a GPU second of the canary over that of stable, 0.01..100; null for
   *     1
   */
  public record Rollout(
      @JsonProperty("name") String name,
      @JsonProperty("stable") String stable,
      @JsonProperty("canary") String canary,
      @JsonProperty("step") int step,
      @JsonProperty("steps") int steps,
      @JsonProperty("alpha") double alpha,
      @JsonProperty("beta") double beta,
      @JsonProperty("smallest_regression") double smallestRegression,
      @JsonProperty("smallest_slowdown") double smallestSlowdown,
      @JsonProperty("decide_within_seconds") long decideWithinSeconds,
      @JsonProperty("started_at") String startedAt,
      @JsonProperty("promoted") boolean promoted,
      @JsonProperty("shadow_videos") @JsonInclude(JsonInclude.Include.NON_DEFAULT) int shadowVideos,
      @JsonProperty("sticky") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String sticky,
      @JsonProperty("price_ratio") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable Double priceRatio) {

    /** A rollout without a shadow that divides jobs, at one price. */
    public Rollout(
        String name,
        String stable,
        String canary,
        int step,
        int steps,
        double alpha,
        double beta,
        double smallestRegression,
        double smallestSlowdown,
        long decideWithinSeconds,
        String startedAt,
        boolean promoted) {
      this(
          name,
          stable,
          canary,
          step,
          steps,
          alpha,
          beta,
          smallestRegression,
          smallestSlowdown,
          decideWithinSeconds,
          startedAt,
          promoted,
          0,
          null,
          null);
    }
  }
}
