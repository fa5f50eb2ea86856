package dev.kintsugi.controlplane.queue;

/** Parts of the statements that end attempts and jobs: what was spent, and the row that stays. */
final class EndRecord {

  /** Seconds the ended attempt {@code g} held its slot; none when the job waited. */
  private static final String SECONDS = "coalesce(extract(epoch FROM g.at - g.started_at), 0)";

  private static final String USD = SECONDS + " * g.usd_per_hour / 3600";

  /** Adds an ended attempt {@code g} to its job {@code j}, in an UPDATE's SET. */
  static final String SPEND =
      "gpu_seconds = j.gpu_seconds + "
          + SECONDS
          + ", cost_usd = CASE WHEN g.usd_per_hour IS NULL THEN j.cost_usd"
          + " ELSE coalesce(j.cost_usd, 0) + "
          + USD
          + " END";

  /**
   * Further columns of {@code ended} for {@link #RECORD}, when the attempt's video is delivered.
   */
  static final String DELIVERED =
      "g.revision, g.pool, " + SECONDS + " AS delivered_seconds, " + USD + " AS delivered_usd";

  /** Further columns of {@code ended} for {@link #RECORD}, when it is not. */
  static final String WASTED =
      "g.revision, g.pool, 0 AS delivered_seconds, NULL::float8 AS delivered_usd";

  /** What a waiting job is instead of an attempt, in a RETURNING. */
  static final String WAITED =
      "job_id, 0 AS number, '' AS revision, '' AS pool, NULL::float8 AS usd_per_hour,"
          + " NULL::timestamptz AS started_at, NULL::timestamptz AS at";

  /**
   * One row for each job of {@code ended}. The service is accountable for a job from its release
   * on: the time of a reviewer is none of its latency.
   */
  static final String RECORD =
      """
      recorded AS (
        INSERT INTO job_end (job_id, service, tenant, revision, pool, outcome, degraded,
          ladder_step, pixels, created_at, ended_at, gpu_seconds, delivered_seconds, cost_usd,
          delivered_usd)
        SELECT id, service, tenant, revision, pool,
          CASE WHEN status = 'completed' THEN 'answered'
            WHEN error_code = 'cancelled' THEN 'cancelled' ELSE 'failed' END,
          coalesce((result #>> '{delivered,degraded}')::boolean, false),
          result #>> '{delivered,ladder_step}',
          coalesce((parameters ->> 'width')::float8 * (parameters ->> 'height')::float8
            * (parameters ->> 'numFrames')::float8, 0),
          coalesce(queued_at, created_at), completed_at, gpu_seconds, delivered_seconds, cost_usd, delivered_usd
        FROM ended
      )""";

  private EndRecord() {}
}
