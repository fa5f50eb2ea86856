package dev.kintsugi.node.engine;

/**
 * What to generate, every value resolved.
 *
 * @param prompt what to show
 * @param negativePrompt what to avoid; may be empty
 * @param width pixels, a multiple of the model's spatial grain
 * @param height pixels, likewise
 * @param numFrames 4k+1
 * @param numInferenceSteps denoise steps, at least 1
 * @param guidanceScale classifier-free guidance of the high-noise expert and of a lite model;
 *     guidance is off for the whole run unless it is above 1, as in diffusers
 * @param guidanceScale2 guidance of the low-noise expert
 * @param flowShift shift of the noise schedule
 * @param seed 0..2^31-1; the same seed gives the same noise on every machine
 * @param scheduler the solver
 */
public record GenerationRequest(
    String prompt,
    String negativePrompt,
    int width,
    int height,
    int numFrames,
    int numInferenceSteps,
    double guidanceScale,
    double guidanceScale2,
    double flowShift,
    long seed,
    SchedulerKind scheduler) {}
