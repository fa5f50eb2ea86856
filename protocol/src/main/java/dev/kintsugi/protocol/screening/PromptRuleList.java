package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Rules, the newest first; there are never so many that they need pages.
 *
 * @param object {@code list}
 */
public record PromptRuleList(
    @JsonProperty("object") String object, @JsonProperty("data") List<PromptRule> data) {}
