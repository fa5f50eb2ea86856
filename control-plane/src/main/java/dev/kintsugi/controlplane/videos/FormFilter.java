package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Refuses forms whose boundary the form decoder would trip over. */
@ServerFilter("/v1/videos/**")
final class FormFilter implements Ordered {

  /** RFC 2046, section 5.1.1, plain or quoted, without the characters that need care. */
  private static final Pattern BOUNDARY =
      Pattern.compile(
          "multipart/form-data\\s*;(.*;)?\\s*boundary\\s*=\\s*(\"[\\w'()+,./:=? -]{1,70}\"|[\\w'()+./:=?-]{1,70})\\s*(;.*)?",
          Pattern.CASE_INSENSITIVE);

  @RequestFilter
  void check(HttpRequest<?> request) {
    String type = request.getHeaders().get("Content-Type");
    if (request.getMethod() == HttpMethod.POST
        && type != null
        && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")
        && !BOUNDARY.matcher(type).matches()) {
      throw ApiException.of(
          ErrorCode.INVALID_REQUEST, "The form's Content-Type has no usable boundary.");
    }
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 200;
  }
}
