package dev.kintsugi.protocol.screening;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code POST /v1/prompts/screen}.
 *
 * @param object {@code prompt.screening}
 * @param verdict {@code accept}, {@code suggest_rewrite} (it is taken, another wording would do
 *     better), {@code accept_safe_mode} (it is taken and made with fewer frames and more steps),
 *     {@code hold_for_review} (a person decides) or {@code reject}
 * @param reasons in the order of the text; empty for {@code accept}
 * @param suggestedPrompt a wording that passes; null where none can be told without inventing
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PromptScreening(
    @JsonProperty("object") String object,
    @JsonProperty("verdict") String verdict,
    @JsonProperty("reasons") List<PromptReason> reasons,
    @JsonProperty("suggested_prompt") @Nullable String suggestedPrompt) {}
