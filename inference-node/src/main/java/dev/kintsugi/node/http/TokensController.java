package dev.kintsugi.node.http;

import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.TokenCountRequest;
import dev.kintsugi.protocol.node.TokenCounts;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts tokens as the main model does; also while it makes a clip. */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class TokensController {

  private final ModelHost host;

  TokensController(ModelHost host) {
    this.host = host;
  }

  @Post("/node/tokenize")
  TokenCounts count(@Body Map<String, @Nullable Object> body) {
    List<String> texts = texts(body.get("texts"));
    Warm warm =
        host.warm()
            .orElseThrow(
                () ->
                    new ApiException(
                        ErrorCode.UNAVAILABLE,
                        "no model is ready: " + host.state().reason(),
                        null));
    try {
      return new TokenCounts(warm.card().name(), texts.stream().map(warm.model()::tokens).toList());
    } catch (IllegalStateException closed) {
      throw new ApiException(
          ErrorCode.UNAVAILABLE, "no model is ready: " + closed.getMessage(), null);
    }
  }

  private static List<String> texts(@Nullable Object value) {
    if (!(value instanceof List<?> list)
        || list.isEmpty()
        || list.size() > TokenCountRequest.MOST_TEXTS) {
      throw RequestFields.invalid(
          "texts", "texts must be a list of 1 to " + TokenCountRequest.MOST_TEXTS + " strings");
    }
    List<String> texts = new ArrayList<>();
    for (Object text : list) {
      if (!(text instanceof String string)
          || string.codePointCount(0, string.length()) > TokenCountRequest.LONGEST) {
        throw RequestFields.invalid(
            "texts",
            "each of texts must be a string of at most "
                + TokenCountRequest.LONGEST
                + " characters");
      }
      texts.add(string);
    }
    return texts;
  }
}
