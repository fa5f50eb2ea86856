package dev.kintsugi.core.admission;

/**
 * What one model can be asked for, and what it is asked for when a request leaves a field out.
 *
 * @param name in error messages
 * @param defaultFrames 4k+1
 */
public record ModelBounds(
    String name,
    Size maximum,
    int maxFrames,
    int maxSteps,
    Size defaultSize,
    int defaultFrames,
    int defaultSteps,
    double defaultGuidance,
    int defaultFps) {}
