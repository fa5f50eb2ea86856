package dev.kintsugi.controlplane.errors;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import jakarta.inject.Singleton;

/** Builds the one error shape. */
@Singleton
public final class ErrorResponses {

  /** Status, JSON body and, where it is known when to come back, {@code Retry-After}. */
  public MutableHttpResponse<?> of(ApiException refusal) {
    MutableHttpResponse<?> response =
        HttpResponse.status(refusal.code().status(), phrase(refusal.code().status()))
            .body(refusal.body())
            .contentType(MediaType.APPLICATION_JSON_TYPE);
    if (refusal.retryAfter() != null) {
      response.header("Retry-After", Long.toString(Math.max(1, refusal.retryAfter().toSeconds())));
    }
    return response;
  }

  /** 499 is the only status of ours that HTTP does not name. */
  private static String phrase(int status) {
    return status == 499 ? "Client Closed Request" : HttpStatus.valueOf(status).getReason();
  }
}
