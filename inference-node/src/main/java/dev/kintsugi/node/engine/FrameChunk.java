package dev.kintsugi.node.engine;

/**
 * Decoded frames that follow each other.
 *
 * @param firstFrame index of the first one in the clip
 * @param frameCount how many
 * @param width pixels
 * @param height pixels
 * @param rgb {@code frameCount * height * width * 3} bytes: frame, row, column, then red, green,
 *     blue
 */
public record FrameChunk(int firstFrame, int frameCount, int width, int height, byte[] rgb) {}
