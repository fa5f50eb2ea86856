package dev.kintsugi.controlplane.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as evidence reads it: what it came to, and what of its job that depends on.
 *
 * @param attempt live or ended
 * @param deadline of its job
 * @param cost predicted GPU seconds of its job as asked
 * @param degraded the job completed with less than was asked; false once the customer deleted it
 * @param score of the job's video by the quality gate; NaN without one, or where none was given
 * @param steps that a live attempt has to do; 0 while it has not said, and for an ended one
 * @param changedAt when a live attempt last reported other progress; null for an ended one
 */
public record LedgerAttempt(
    Attempt attempt,
    Instant deadline,
    double cost,
    boolean degraded,
    double score,
    int steps,
    @Nullable Instant changedAt) {}
