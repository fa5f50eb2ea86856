package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.video.VideoStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a job's progress log.
 *
 * @param sequence 1, 2, 3 … without a gap within the job
 * @param status public status after the event
 * @param progress what the attempt reported; null when no attempt was involved
 * @param attempt number of the attempt, from 1; 0 before the first
 * @param detail a failure class or cause; null when all is well
 */
public record JobEvent(
    long sequence,
    Instant at,
    VideoStatus status,
    @Nullable Progress progress,
    int attempt,
    @Nullable String detail) {}
