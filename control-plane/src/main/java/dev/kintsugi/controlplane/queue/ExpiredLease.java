package dev.kintsugi.controlplane.queue;

import java.time.Instant;

/**
 * A live attempt whose lease ran out.
 *
 * @param attempt as stored; {@link Attempt#fence()} is the number to expire or adopt it with
 * @param attempts attempts the job has begun, this one included
 * @param deadline of the job
 */
public record ExpiredLease(Attempt attempt, String service, int attempts, Instant deadline) {}
