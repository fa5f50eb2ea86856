package dev.kintsugi.node.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.attempts.Followers;
import dev.kintsugi.protocol.node.AttemptStatus;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Produces;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Everything that happens to an attempt as server-sent events. A follower that lost its connection
 * sends the last id it saw and misses nothing.
 */
@Controller("/v1/videos")
final class EventsController {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

  private final AttemptService attempts;
  private final Followers followers;
  private final ObjectMapper json;

  EventsController(AttemptService attempts, Followers followers, ObjectMapper json) {
    this.attempts = attempts;
    this.followers = followers;
    this.json = json;
  }

  @Get("/{id}/events")
  @Produces(MediaType.TEXT_EVENT_STREAM)
  HttpResponse<Publisher<byte[]>> events(
      String id,
      @Header("Last-Event-ID") @io.micronaut.core.annotation.Nullable String lastEventId) {
    Attempt attempt = attempts.find(id).orElseThrow(() -> VideosController.unknown(id));
    long after = sequence(lastEventId);
    return HttpResponse.<Publisher<byte[]>>ok(
            Flux.create(sink -> follow(attempt, after, sink), FluxSink.OverflowStrategy.BUFFER))
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("X-Accel-Buffering", "no");
  }

  private void follow(Attempt attempt, long after, FluxSink<byte[]> sink) {
    followers.begin();
    Thread follower =
        Thread.ofVirtual()
            .name("events-" + attempt.id())
            .start(
                () -> {
                  try {
                    send(attempt, after, sink);
                    sink.complete();
                  } catch (InterruptedException e) {
                    sink.complete();
                  } catch (JsonProcessingException e) {
                    sink.error(e);
                  } finally {
                    followers.end();
                  }
                });
    sink.onDispose(follower::interrupt);
  }

  private void send(Attempt attempt, long after, FluxSink<byte[]> sink)
      throws InterruptedException, JsonProcessingException {
    long sequence = after;
    while (!sink.isCancelled()) {
      if (!attempt.awaitAfter(sequence, KEEP_ALIVE)) {
        sink.next(": keep-alive\n\n".getBytes(StandardCharsets.UTF_8));
        continue;
      }
      for (AttemptStatus status : attempt.after(sequence)) {
        sink.next(event(status).getBytes(StandardCharsets.UTF_8));
        sequence = status.sequence();
      }
      // Not at the first terminal one: frames that could not be encoded may be encoded again.
      if (attempt.status().sequence() == sequence && attempt.status().phase().terminal()) {
        return;
      }
    }
  }

  private String event(AttemptStatus status) throws JsonProcessingException {
    return "event: "
        + status.phase().wireName()
        + "\nid: "
        + status.sequence()
        + "\ndata: "
        + json.writeValueAsString(status)
        + "\n\n";
  }

  private static long sequence(@Nullable String lastEventId) {
    if (lastEventId == null || lastEventId.isBlank()) {
      return 0;
    }
    try {
      return Long.parseUnsignedLong(lastEventId.strip());
    } catch (NumberFormatException e) {
      throw RequestFields.invalid(
          "Last-Event-ID", "Last-Event-ID must be a sequence number of this attempt");
    }
  }
}
