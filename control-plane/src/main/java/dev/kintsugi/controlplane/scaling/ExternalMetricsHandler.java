package dev.kintsugi.controlplane.scaling;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import dev.kintsugi.controlplane.database.DatabaseUnavailableException;
import dev.kintsugi.core.scaling.LabelSelector;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the API servers of the cluster, and nobody else. */
final class ExternalMetricsHandler implements HttpHandler {

  static final String ROOT = "/apis/" + MetricValues.GROUP_VERSION;

  private static final Logger LOG = LoggerFactory.getLogger(ExternalMetricsHandler.class);

  private final ServiceLoads loads;
  private final ObjectMapper json;
  private final Clock clock;
  private final List<String> proxyNames;

  /**
   * @param proxyNames common names of the API servers' certificates; empty means any
   */
  ExternalMetricsHandler(
      ServiceLoads loads, ObjectMapper json, Clock clock, List<String> proxyNames) {
    this.loads = loads;
    this.json = json;
    this.clock = clock;
    this.proxyNames = proxyNames;
  }

  private record Answer(int code, Object body) {
    static Answer failure(int code, String reason, String message) {
      return new Answer(code, MetricValues.Status.of(code, reason, message));
    }
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      byte[] body = json.writeValueAsBytes(answer.body());
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.code(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer answer(HttpExchange exchange) {
    if (!fromApiServer(exchange)) {
      return Answer.failure(
          HttpURLConnection.HTTP_UNAUTHORIZED, "Unauthorized", "Only API servers may ask here.");
    }
    if (!"GET".equals(exchange.getRequestMethod())) {
      return Answer.failure(
          HttpURLConnection.HTTP_BAD_METHOD, "MethodNotAllowed", "Only GET is served.");
    }
    try {
      return get(
          exchange.getRequestURI().getPath(),
          selector(exchange.getRequestURI().getRawQuery()),
          clock.instant());
    } catch (DatabaseUnavailableException away) {
      return Answer.failure(
          HttpURLConnection.HTTP_UNAVAILABLE, "ServiceUnavailable", "The database is away.");
    } catch (RuntimeException e) {
      LOG.error("A metric could not be read", e);
      return Answer.failure(
          HttpURLConnection.HTTP_INTERNAL_ERROR, "InternalError", "The metric could not be read.");
    }
  }

  /** The handshake has shown that the front proxy's authority vouches for the client. */
  private boolean fromApiServer(HttpExchange exchange) {
    try {
      return exchange instanceof HttpsExchange https
          && (proxyNames.isEmpty()
              || commonName(https.getSSLSession().getPeerPrincipal())
                  .filter(proxyNames::contains)
                  .isPresent());
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  private static Optional<String> commonName(Principal principal) {
    try {
      return new LdapName(principal.getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(rdn -> String.valueOf(rdn.getValue()))
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private Answer get(String path, String selector, Instant now) {
    if (path.equals(ROOT) || path.equals(ROOT + "/")) {
      return new Answer(HttpURLConnection.HTTP_OK, MetricValues.resources());
    }
    // /apis/GROUP/VERSION/namespaces/NAMESPACE/METRIC
    String[] parts = path.split("/");
    if (parts.length != 7 || !path.startsWith(ROOT) || !parts[4].equals("namespaces")) {
      return notFound("There is nothing at " + path + ".");
    }
    Optional<ExternalMetric> metric = ExternalMetric.named(parts[6]);
    if (metric.isEmpty()) {
      return notFound(
          "There is no metric '%s'; there are %s."
              .formatted(
                  parts[6],
                  String.join(
                      ", ",
                      Arrays.stream(ExternalMetric.values())
                          .map(ExternalMetric::wireName)
                          .toList())));
    }
    return LabelSelector.parse(selector)
        .map(
            parsed ->
                new Answer(
                    HttpURLConnection.HTTP_OK,
                    MetricValues.values(
                        metric.get(),
                        loads.of(parts[5], metric.get(), now),
                        parsed,
                        loads.window(),
                        now)))
        .orElseGet(
            () ->
                Answer.failure(
                    HttpURLConnection.HTTP_BAD_REQUEST,
                    "BadRequest",
                    "labelSelector: '%s' is no label selector".formatted(selector)));
  }

  private static Answer notFound(String message) {
    return Answer.failure(HttpURLConnection.HTTP_NOT_FOUND, "NotFound", message);
  }

  private static String selector(@Nullable String query) {
    return query == null
        ? ""
        : Arrays.stream(query.split("&"))
            .filter(pair -> pair.startsWith("labelSelector="))
            .map(pair -> pair.substring("labelSelector=".length()))
            .map(value -> URLDecoder.decode(value, StandardCharsets.UTF_8))
            .findFirst()
            .orElse("");
  }
}
