package dev.kintsugi.core.quality;

/**
 * What was measured on one frame. Luma is the grey value, 0..255.
 *
 * @param brightness 99th percentile of luma: a frame with nothing bright in it is black
 * @param contrast standard deviation of the colour channel that varies most: 0 is one colour
 * @param sharpness 99th percentile of the absolute Laplacian of luma
 * @param noise standard deviation of noise in luma by Immerkær's mask, which edges hardly touch
 */
public record FrameReading(double brightness, double contrast, double sharpness, double noise) {}
