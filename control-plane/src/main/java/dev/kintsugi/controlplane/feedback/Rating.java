package dev.kintsugi.controlplane.feedback;

import java.time.Instant;

/**
 * A customer's rating of a video, the newest one.
 *
 * @param job id of the job
 * @param stars 1 to 5, more is better
 * @param at when it was given
 */
public record Rating(String job, int stars, Instant at) {}
