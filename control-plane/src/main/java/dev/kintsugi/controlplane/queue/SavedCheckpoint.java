package dev.kintsugi.controlplane.queue;

import dev.kintsugi.core.recovery.Plan;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the artefact store.
 *
 * @param step denoise steps it holds
 * @param bytes length
 * @param sha256 of its content
 * @param digest of the weights it was made with
 * @param run plan of the attempt that made it; null means as asked
 */
public record SavedCheckpoint(
    int step, long bytes, String sha256, String digest, @Nullable Plan run) {}
