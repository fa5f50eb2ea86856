package dev.kintsugi.protocol.error;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.protocol.screening.PromptReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of every refused request: {@code {"error":{"message","type","param","code"}}}, these
 * four keys always present.
 */
public record ErrorBody(@JsonProperty("error") Detail error) {

  /**
   * @param message one sentence that names the field and the limit
   * @param type OpenAI error family, see {@link ErrorCode#type()}
   * @param param the offending field, or null
   * @param code machine-readable cause
   * @param reasons what the prompt offends against; only with {@code prompt_rejected}
   * @param suggestedPrompt a wording that passes; null where there is none
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Detail(
      @JsonProperty("message") String message,
      @JsonProperty("type") String type,
      @JsonProperty("param") @Nullable String param,
      @JsonProperty("code") String code,
      @JsonProperty("reasons") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable List<PromptReason> reasons,
      @JsonProperty("suggested_prompt") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String suggestedPrompt) {}

  public static ErrorBody of(ErrorCode code, String message, @Nullable String param) {
    return new ErrorBody(new Detail(message, code.type(), param, code.wireName(), null, null));
  }

  /** Of a prompt that is not taken. */
  public static ErrorBody ofPrompt(
      String message, List<PromptReason> reasons, @Nullable String suggestedPrompt) {
    ErrorCode code = ErrorCode.PROMPT_REJECTED;
    return new ErrorBody(
        new Detail(message, code.type(), "prompt", code.wireName(), reasons, suggestedPrompt));
  }
}
