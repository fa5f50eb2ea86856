package dev.kintsugi.protocol.error;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The body of every refused request: {@code {"error":{"message","type","param","code"}}}, all four
 * keys always present.
 */
public record ErrorBody(@JsonProperty("error") Detail error) {

  /**
   * @param message one sentence that names the field and the limit
   * @param type OpenAI error family, see {@link ErrorCode#type()}
   * @param param the offending field, or null
   * @param code machine-readable cause
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Detail(
      @JsonProperty("message") String message,
      @JsonProperty("type") String type,
      @JsonProperty("param") @Nullable String param,
      @JsonProperty("code") String code) {}

  public static ErrorBody of(ErrorCode code, String message, @Nullable String param) {
    return new ErrorBody(new Detail(message, code.type(), param, code.wireName()));
  }
}
