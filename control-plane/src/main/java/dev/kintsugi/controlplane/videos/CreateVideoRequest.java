package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.core.admission.FieldRules;
import dev.kintsugi.protocol.video.Priority;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Documents what a submission may carry; {@link FieldRules} is what reads it. */
@Schema(description = "A video to make. Numbers may also be sent as text.")
record CreateVideoRequest(
    @JsonProperty("prompt")
        @Schema(
            description =
                "What to show; over 512 characters only with nested brackets, and after a review.",
            requiredMode = Schema.RequiredMode.REQUIRED,
            minLength = 1,
            maxLength = FieldRules.MAX_HELD_PROMPT)
        String prompt,
    @JsonProperty("negative_prompt")
        @Schema(description = "What to avoid.", maxLength = FieldRules.MAX_PROMPT)
        @Nullable String negativePrompt,
    @JsonProperty("model") @Schema(description = "Default: the first of /v1/models.")
        @Nullable String model,
    @JsonProperty("seconds")
        @Schema(
            description = "Length; num_frames outranks it. Frames are rounded to 4k+1.",
            minimum = "1",
            maximum = "600")
        @Nullable Integer seconds,
    @JsonProperty("size")
        @Schema(
            description = "WIDTHxHEIGHT, multiples of 16, at most the model's.",
            example = "832x480")
        @Nullable String size,
    @JsonProperty("width") @Schema(description = "With height, instead of size.")
        @Nullable Integer width,
    @JsonProperty("height") @Schema(description = "With width, instead of size.")
        @Nullable Integer height,
    @JsonProperty("num_frames") @Schema(description = "Rounded to 4k+1.", minimum = "1")
        @Nullable Integer numFrames,
    @JsonProperty("fps") @Schema(minimum = "1", maximum = "60") @Nullable Integer fps,
    @JsonProperty("num_inference_steps") @Schema(minimum = "1", maximum = "200")
        @Nullable Integer numInferenceSteps,
    @JsonProperty("guidance_scale")
        @Schema(description = "Of the high-noise expert.", minimum = "0", maximum = "20")
        @Nullable Double guidanceScale,
    @JsonProperty("guidance_scale_2")
        @Schema(
            description = "Of the low-noise expert; default: the same.",
            minimum = "0",
            maximum = "20")
        @Nullable Double guidanceScale2,
    @JsonProperty("flow_shift") @Schema(minimum = "0.01", maximum = "20")
        @Nullable Double flowShift,
    @JsonProperty("seed")
        @Schema(description = "Default: random.", minimum = "0", maximum = "2147483647")
        @Nullable Integer seed,
    @JsonProperty("priority") @Schema(description = "Default: standard.")
        @Nullable Priority priority,
    @JsonProperty("webhook_url")
        @Schema(
            description = "Told when the video is completed or failed.",
            maxLength = FieldRules.MAX_URL)
        @Nullable String webhookUrl,
    @JsonProperty("user") @Schema(description = "Your own label.", maxLength = FieldRules.MAX_USER)
        @Nullable String user) {}
