package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Exceptions in force, the newest first; at most a thousand.
 *
 * @param object {@code list}
 */
public record PromptExceptionList(
    @JsonProperty("object") String object, @JsonProperty("data") List<PromptException> data) {}
