package dev.kintsugi.operators.fleet;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.core.service.FleetSync;
import dev.kintsugi.operators.OperatorSettings;
import dev.kintsugi.protocol.fleet.ServiceEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** The control plane's {@code /fleet/v1}, called with a projected service account token. */
@Singleton
public class FleetClient {

  /** All problems of a spec at once may be long. */
  private static final int EXCERPT = 3_000;

  private static final String SERVICES = "services/";

  private final OperatorSettings.ControlPlane settings;
  private final ObjectMapper json;
  private final HttpClient http;

  public FleetClient(OperatorSettings.ControlPlane settings, ObjectMapper json) {
    this.settings = settings;
    this.json = json;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.timeout().dividedBy(2))
            .build();
  }

  /**
   * @throws FleetException saying why the state was not taken
   */
  void put(String service, ServiceState state) throws FleetException {
    send(SERVICES + service, request -> request.PUT(BodyPublishers.ofByteArray(bytes(state))));
  }

  /**
   * @throws FleetException saying why there is no evidence
   */
  ServiceEvidence evidence(String service) throws FleetException {
    return read(send(SERVICES + service, HttpRequest.Builder::GET), ServiceEvidence.class);
  }

  /**
   * Takes the service out of the fleet; one that is not there is gone already, and one that was
   * made anew under the same name stays.
   *
   * @throws FleetException saying why it is not gone
   */
  void delete(String service, String uid) throws FleetException {
    remove(SERVICES + service, uid);
  }

  /**
   * @param path below {@code /fleet/v1/}
   * @return what the pushed thing has come to
   * @throws FleetException saying why it was not taken
   */
  <E> E put(String path, Object body, Class<E> evidence) throws FleetException {
    return read(
        send(path, request -> request.PUT(BodyPublishers.ofByteArray(bytes(body)))), evidence);
  }

  /**
   * @throws FleetException saying why there is no evidence
   */
  <E> E get(String path, Class<E> evidence) throws FleetException {
    return read(send(path, HttpRequest.Builder::GET), evidence);
  }

  /**
   * Forgets something that was pushed; what is not there is gone already.
   *
   * @throws FleetException saying why it is not gone
   */
  void remove(String path, String uid) throws FleetException {
    try {
      send(path + "?uid=" + uid, HttpRequest.Builder::DELETE);
    } catch (FleetException e) {
      if (e.status() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private <T> T read(HttpResponse<String> answer, Class<T> type) throws FleetException {
    try {
      return json.readValue(answer.body(), type);
    } catch (IOException e) {
      throw new FleetException(0, "the control plane's evidence cannot be read: " + e.getMessage());
    }
  }

  private interface Verb {
    HttpRequest.Builder on(HttpRequest.Builder request) throws IOException;
  }

  private byte[] bytes(Object body) throws IOException {
    return json.writeValueAsBytes(body);
  }

  private HttpResponse<String> send(String path, Verb verb) throws FleetException {
    var uri = URI.create(settings.url() + "/fleet/v1/" + path);
    try {
      var request =
          HttpRequest.newBuilder(uri)
              .timeout(settings.timeout())
              .header("Content-Type", "application/json");
      if (!settings.tokenFile().isEmpty()) {
        String token = Files.readString(Path.of(settings.tokenFile())).strip();
        request.header("Authorization", "Bearer " + token);
      }
      var answer = http.send(verb.on(request).build(), BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new FleetException(
            answer.statusCode(),
            "%s answered %d: %s".formatted(uri, answer.statusCode(), excerpt(answer.body())));
      }
      return answer;
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new FleetException(0, "%s cannot be reached: %s".formatted(uri, why));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new FleetException(0, "the operator is stopping");
    }
  }

  private static String excerpt(String body) {
    return body.length() <= EXCERPT ? body : body.substring(0, EXCERPT);
  }

  /** The control plane did not do what it was asked. */
  static final class FleetException extends Exception {

    private static final long serialVersionUID = 1L;
    private final int status;
    private final String reason;

    FleetException(int status, String reason) {
      super(reason);
      this.status = status;
      this.reason = reason;
    }

    String reason() {
      return reason;
    }

    /** HTTP status, 0 where there was no answer. */
    int status() {
      return status;
    }

    /** What it means for whoever waits for the push. */
    FleetSync.Status outcome() {
      return switch (status) {
        case 0,
            HttpURLConnection.HTTP_BAD_GATEWAY,
            HttpURLConnection.HTTP_UNAVAILABLE,
            HttpURLConnection.HTTP_GATEWAY_TIMEOUT ->
            FleetSync.Status.UNREACHABLE;
        case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
            FleetSync.Status.UNAUTHORIZED;
        default -> FleetSync.Status.REFUSED;
      };
    }
  }
}
