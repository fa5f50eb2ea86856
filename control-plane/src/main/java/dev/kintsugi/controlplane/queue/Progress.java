package dev.kintsugi.controlplane.queue;

import dev.kintsugi.protocol.node.AttemptPhase;
import org.jspecify.annotations.Nullable;

/**
 * How far an attempt is.
 *
 * @param expert {@code high}, {@code low} or {@code lite} while denoising
 * @param step denoise steps done
 * @param steps denoise steps in all
 * @param percent 0..100
 */
public record Progress(
    AttemptPhase phase, @Nullable String expert, int step, int steps, int percent) {}
