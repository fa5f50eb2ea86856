package dev.kintsugi.core.recovery;

import org.jspecify.annotations.Nullable;

/**
 * A failed attempt of the job.
 *
 * @param plan what was attempted
 * @param node it ran on
 * @param expert that worked when it failed; null where none did
 * @param step denoise steps done
 * @param gpuSeconds it held its slot
 */
public record Tried(
    Plan plan, Cause cause, String node, @Nullable String expert, int step, double gpuSeconds) {}
