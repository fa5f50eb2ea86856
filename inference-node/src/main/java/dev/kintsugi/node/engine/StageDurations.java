package dev.kintsugi.node.engine;

/**
 * Seconds of each stage of one generation.
 *
 * @param textEncode both prompts
 * @param denoise all steps
 * @param decode latents to frames, the listener's time with the frames included
 */
public record StageDurations(double textEncode, double denoise, double decode) {}
