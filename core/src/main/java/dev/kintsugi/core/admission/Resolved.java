package dev.kintsugi.core.admission;

import org.jspecify.annotations.Nullable;

/**
 * Every generation parameter decided: what will be run, bit for bit, on whichever node.
 *
 * @param numFrames 4k+1
 * @param guidanceScale of the high-noise expert
 * @param guidanceScale2 of the low-noise expert; null means the same
 * @param flowShift null means the model's own
 * @param seed 0..2^31-1
 * @param seconds as asked, or what the frames last
 */
public record Resolved(
    String prompt,
    @Nullable String negativePrompt,
    Size size,
    int numFrames,
    int fps,
    int steps,
    double guidanceScale,
    @Nullable Double guidanceScale2,
    @Nullable Double flowShift,
    int seed,
    String seconds) {}
