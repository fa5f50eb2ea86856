package dev.kintsugi.controlplane.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.controlplane.artifacts.StoredFile;
import dev.kintsugi.controlplane.dispatch.NodeException.Refused;
import dev.kintsugi.controlplane.dispatch.NodeException.Unreachable;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.node.AttemptRequest;
import dev.kintsugi.protocol.node.AttemptStatus;
import dev.kintsugi.protocol.node.NodeStatus;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Speaks to inference nodes over HTTP. Every call is safe to repeat. */
@Singleton
class NodeClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeClient.class);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final Duration TRANSFER_WITHIN = Duration.ofMinutes(1);

  /** Hears what a node says of one attempt. */
  interface AttemptListener {

    /** The node answers; events follow. */
    void opened();

    void heard(AttemptStatus status);
  }

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final ObjectMapper json;

  NodeClient(ObjectMapper json) {
    this.json = NodeJson.from(json);
  }

  @PreDestroy
  @Override
  public void close() {
    http.shutdownNow();
  }

  /** What the node says of itself. */
  NodeStatus status(String address, Duration within)
      throws Unreachable, Refused, InterruptedException {
    return read(ask(get(address, "/node/status"), within), NodeStatus.class);
  }

  /** Starts an attempt, or finds the one started before with the same id. */
  AttemptStatus start(String address, AttemptRequest request)
      throws Unreachable, Refused, InterruptedException {
    HttpRequest post =
        to(address, "/v1/videos")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(write(request)))
            .build();
    return read(ask(post, ANSWER_WITHIN), AttemptStatus.class);
  }

  /** The attempt as the node has it; {@link Refused} with status 404 when it has none. */
  AttemptStatus find(String address, String attemptId)
      throws Unreachable, Refused, InterruptedException {
    return read(ask(get(address, path(attemptId)), ANSWER_WITHIN), AttemptStatus.class);
  }

  /** Stops a running attempt; the node frees its slot within one step. */
  void cancel(String address, String attemptId) throws Unreachable, Refused, InterruptedException {
    ask(
        to(address, path(attemptId) + "/cancel").POST(BodyPublishers.noBody()).build(),
        ANSWER_WITHIN);
  }

  /** Best effort: the orphan review stops what this cannot reach. */
  void tryCancel(String address, String attemptId) throws InterruptedException {
    try {
      cancel(address, attemptId);
    } catch (NodeException e) {
      LOG.debug("Cancel of {} at {}: {}", attemptId, address, e.getMessage());
    }
  }

  /** Best effort: a node forgets ended attempts by itself after a while. */
  void tryDelete(String address, String attemptId) throws InterruptedException {
    try {
      delete(address, attemptId);
    } catch (NodeException e) {
      LOG.debug("Delete of {} at {}: {}", attemptId, address, e.getMessage());
    }
  }

  /** Lets the node forget an ended attempt and its files. */
  void delete(String address, String attemptId) throws Unreachable, Refused, InterruptedException {
    ask(to(address, path(attemptId)).DELETE().build(), ANSWER_WITHIN);
  }

  /**
   * Follows an attempt until the node ends the stream.
   *
   * @param after sequence of the last event seen, to go on from there; null from the start
   */
  void follow(String address, String attemptId, @Nullable Long after, AttemptListener listener)
      throws Unreachable, Refused, InterruptedException {
    HttpRequest.Builder request =
        to(address, path(attemptId) + "/events").header("Accept", "text/event-stream");
    if (after != null) {
      request.header("Last-Event-ID", Long.toString(after));
    }
    HttpResponse<InputStream> response =
        send(request.GET().build(), BodyHandlers.ofInputStream(), ANSWER_WITHIN);
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw refusal(response.statusCode(), body.readAllBytes());
      }
      listener.opened();
      EventStream.read(body, data -> listener.heard(parse(data, AttemptStatus.class)));
    } catch (UncheckedIOException e) {
      throw unreachable(address, e.getCause());
    } catch (IOException e) {
      throw unreachable(address, e);
    }
  }

  /** Encodes the frames of an attempt once more whose encoding failed; nothing is denoised. */
  AttemptStatus encode(String address, String attemptId)
      throws Unreachable, Refused, InterruptedException {
    HttpRequest post =
        to(address, path(attemptId) + "/encode").POST(BodyPublishers.noBody()).build();
    return read(ask(post, ANSWER_WITHIN), AttemptStatus.class);
  }

  /** The newest checkpoint of an attempt; the caller closes it and checks its digest. */
  InputStream checkpoint(String address, String attemptId)
      throws Unreachable, Refused, InterruptedException {
    return download(address, path(attemptId) + "/checkpoint");
  }

  /** Gives a node a checkpoint to start from. */
  void putCheckpoint(String address, String sha256, StoredFile file)
      throws Unreachable, Refused, IOException, InterruptedException {
    HttpRequest put =
        to(address, "/node/checkpoints/" + sha256)
            .header("Content-Type", "application/octet-stream")
            .PUT(
                BodyPublishers.fromPublisher(
                    BodyPublishers.ofInputStream(() -> opened(file)), file.bytes()))
            .build();
    ask(put, TRANSFER_WITHIN);
  }

  /** The client asks for it when it sends; what goes wrong then ends the call. */
  private static InputStream opened(StoredFile file) {
    try {
      return file.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of a completed attempt; the caller closes it and checks its digest. */
  InputStream content(String address, String attemptId, String variant)
      throws Unreachable, Refused, InterruptedException {
    return download(address, path(attemptId) + "/content?variant=" + variant);
  }

  private InputStream download(String address, String path)
      throws Unreachable, Refused, InterruptedException {
    HttpRequest request = get(address, path);
    HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream(), ANSWER_WITHIN);
    if (response.statusCode() == 200) {
      return response.body();
    }
    try (InputStream body = response.body()) {
      throw refusal(response.statusCode(), body.readAllBytes());
    } catch (IOException e) {
      throw unreachable(address, e);
    }
  }

  private byte[] ask(HttpRequest request, Duration within)
      throws Unreachable, Refused, InterruptedException {
    HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray(), within);
    if (response.statusCode() / 100 != 2) {
      throw refusal(response.statusCode(), response.body());
    }
    return response.body();
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler, Duration within)
      throws Unreachable, InterruptedException {
    // Not the client's own timeout: what it covers of the body differs between JDK versions.
    CompletableFuture<HttpResponse<T>> answer = http.sendAsync(request, handler);
    String address = request.uri().getAuthority();
    try {
      return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(address, e.getCause());
    } catch (TimeoutException e) {
      throw new Unreachable(
          "node %s did not answer within %d ms".formatted(address, within.toMillis()), false, e);
    } finally {
      answer.cancel(true);
    }
  }

  private static Unreachable unreachable(String address, @Nullable Throwable cause) {
    boolean refused =
        cause instanceof ConnectException
            && !(cause.getCause() instanceof UnresolvedAddressException);
    String what = refused ? "refuses connections" : "broke off: " + cause;
    return new Unreachable("node %s %s".formatted(address, what), refused, cause);
  }

  private Refused refusal(int status, byte[] body) {
    try {
      ErrorBody.Detail error = json.readValue(body, ErrorBody.class).error();
      return new Refused(status, error.code(), error.message());
    } catch (IOException | NullPointerException e) {
      return new Refused(status, "http_" + status, "the node answered HTTP " + status);
    }
  }

  private <T> T read(byte[] body, Class<T> type) throws Refused {
    try {
      return json.readValue(body, type);
    } catch (IOException e) {
      throw new Refused(200, "unreadable", "the node's answer is not a " + type.getSimpleName());
    }
  }

  private <T> T parse(String data, Class<T> type) {
    try {
      return json.readValue(data, type);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] write(Object value) {
    try {
      return json.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String path(String attemptId) {
    return "/v1/videos/" + attemptId;
  }

  private static HttpRequest get(String address, String path) {
    return to(address, path).GET().build();
  }

  private static HttpRequest.Builder to(String address, String path) {
    String base = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    return HttpRequest.newBuilder(URI.create(base + path));
  }
}
