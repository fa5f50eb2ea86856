package dev.kintsugi.node.engine;

/**
 * What a finished generation delivered; the frames themselves went through {@link
 * GenerationListener#frames}.
 *
 * @param width pixels
 * @param height pixels
 * @param frameCount frames
 * @param durations time per stage
 */
public record Clip(int width, int height, int frameCount, StageDurations durations) {}
