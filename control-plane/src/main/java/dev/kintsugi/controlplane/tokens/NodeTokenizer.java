package dev.kintsugi.controlplane.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.protocol.node.TokenCountRequest;
import dev.kintsugi.protocol.node.TokenCounts;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks one node to count tokens. */
@Singleton
class NodeTokenizer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  /** What came of a question. */
  sealed interface Answer {
    /** One count a text. */
    record Counted(List<Integer> counts) implements Answer {}

    /** An engine that does not count for others. */
    record NoSuchRoute() implements Answer {}

    /** It did not answer in time, or with nothing that makes sense. */
    record None(String why) implements Answer {}
  }

  @PreDestroy
  @Override
  public void close() {
    http.shutdownNow();
  }

  Answer ask(String address, List<String> texts, Duration within) throws InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> asked = null;
    try {
      asked = http.sendAsync(request(address, texts), BodyHandlers.ofByteArray());
      return read(asked.get(within.toMillis(), TimeUnit.MILLISECONDS), texts.size());
    } catch (TimeoutException e) {
      return new Answer.None("no answer within %d ms".formatted(within.toMillis()));
    } catch (ExecutionException e) {
      return new Answer.None("it broke off: " + e.getCause());
    } catch (IOException | IllegalArgumentException e) {
      return new Answer.None(String.valueOf(e.getMessage()));
    } finally {
      if (asked != null) {
        asked.cancel(true);
      }
    }
  }

  private static HttpRequest request(String address, List<String> texts) throws IOException {
    String base = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    return HttpRequest.newBuilder(URI.create(base + "/node/tokenize"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(new TokenCountRequest(texts))))
        .build();
  }

  private static Answer read(HttpResponse<byte[]> response, int texts) throws IOException {
    int status = response.statusCode();
    if (status == 404 || status == 405) {
      return new Answer.NoSuchRoute();
    }
    if (status != 200) {
      return new Answer.None("HTTP " + status);
    }
    List<Integer> counts = JSON.readValue(response.body(), TokenCounts.class).counts();
    return counts != null && counts.size() == texts
        ? new Answer.Counted(List.copyOf(counts))
        : new Answer.None("another number of counts than of texts");
  }
}
