package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Why a prompt is not simply taken.
 *
 * @param rule that it offends against, such as {@code emoji_run}
 * @param start of what offends, in code points of the prompt
 * @param end the code point after it
 * @param text what stands there
 * @param message one sentence: what it is, and the limit
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PromptReason(
    @JsonProperty("rule") String rule,
    @JsonProperty("start") int start,
    @JsonProperty("end") int end,
    @JsonProperty("text") String text,
    @JsonProperty("message") String message) {}
