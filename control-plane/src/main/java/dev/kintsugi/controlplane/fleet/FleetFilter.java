package dev.kintsugi.controlplane.fleet;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.OperatorAuthentication.Caller;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lets only operators reach the fleet API. */
@ServerFilter("/fleet/**")
final class FleetFilter {

  private static final String SCHEME = "bearer ";

  private final OperatorAuthentication authentication;

  FleetFilter(OperatorAuthentication authentication) {
    this.authentication = authentication;
  }

  @RequestFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  void authenticate(HttpRequest<?> request) {
    switch (authentication.identify(bearer(request.getHeaders().get("Authorization")))) {
      case Caller.Allowed allowed -> {}
      case Caller.Forbidden(String why) -> throw ApiException.of(ErrorCode.FORBIDDEN, why);
      case Caller.Unknown(String why) -> throw ApiException.of(ErrorCode.INVALID_API_KEY, why);
    }
  }

  private static @Nullable String bearer(@Nullable String header) {
    return header != null && header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        ? header.substring(SCHEME.length()).trim()
        : null;
  }
}
