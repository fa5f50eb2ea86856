package dev.kintsugi.controlplane.queue;

import org.jspecify.annotations.Nullable;

/**
 * What to generate, every default resolved.
 *
 * @param width pixels, a multiple of 16
 * @param height pixels, a multiple of 16
 * @param numFrames frames, 4k+1
 * @param fps frames per second of the encoded video
 * @param steps denoise steps
 * @param guidanceScale of the high-noise expert
 * @param guidanceScale2 of the low-noise expert; null means the same
 * @param seed 0..2^31-1
 * @param seconds length of the clip as the public API shows it
 */
public record JobParameters(
    String prompt,
    @Nullable String negativePrompt,
    int width,
    int height,
    int numFrames,
    int fps,
    int steps,
    double guidanceScale,
    @Nullable Double guidanceScale2,
    @Nullable Double flowShift,
    int seed,
    String seconds) {}
