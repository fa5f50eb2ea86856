package dev.kintsugi.core.admission;

import org.jspecify.annotations.Nullable;

/**
 * A submission as its caller wrote it, typed and free of what no model could serve; null means not
 * given.
 *
 * @param prompt what to show; at most {@link FieldRules#MAX_PROMPT} code points, or {@link
 *     FieldRules#MAX_HELD_PROMPT} with nested brackets
 * @param seconds length of the clip
 * @param size pixels
 * @param priority one of {@link FieldRules#PRIORITIES}
 */
public record Asked(
    String prompt,
    @Nullable String negativePrompt,
    @Nullable String model,
    @Nullable Integer seconds,
    @Nullable Size size,
    @Nullable Integer numFrames,
    @Nullable Integer fps,
    @Nullable Integer steps,
    @Nullable Double guidanceScale,
    @Nullable Double guidanceScale2,
    @Nullable Double flowShift,
    @Nullable Integer seed,
    String priority,
    @Nullable String webhookUrl,
    @Nullable String user) {}
