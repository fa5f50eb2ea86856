package dev.kintsugi.node.http;

import dev.kintsugi.media.MediaException;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.checkpoints.CheckpointStore;
import dev.kintsugi.node.checkpoints.CheckpointStore.Received;
import dev.kintsugi.node.checkpoints.CheckpointTrail.Saved;
import dev.kintsugi.protocol.error.ErrorCode;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.server.types.files.SystemFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** Checkpoints on their way from one node to another. */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class CheckpointsController {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

  private final AttemptService attempts;
  private final CheckpointStore store;

  CheckpointsController(AttemptService attempts, CheckpointStore store) {
    this.attempts = attempts;
    this.store = store;
  }

  /** The newest checkpoint of an attempt; its ETag is the digest of what is sent. */
  @Get("/v1/videos/{id}/checkpoint")
  @Produces(MediaType.ALL)
  HttpResponse<?> newest(String id) {
    Attempt attempt = attempts.find(id).orElseThrow(() -> VideosController.unknown(id));
    Saved saved =
        attempt
            .checkpoint()
            .orElseThrow(
                () ->
                    new ApiException(
                        ErrorCode.NOT_READY,
                        attempt.terminal()
                            ? "the attempt left no checkpoint"
                            : "the attempt has no checkpoint yet",
                        "id"));
    return HttpResponse.ok(
            new SystemFile(saved.path().toFile(), MediaType.APPLICATION_OCTET_STREAM_TYPE))
        .header(HttpHeaders.ETAG, '"' + saved.checkpoint().sha256() + '"');
  }

  /** Takes a checkpoint for an attempt that will be sent next. */
  @Put("/node/checkpoints/{sha256}")
  @Consumes(MediaType.ALL)
  HttpResponse<Map<String, Object>> receive(String sha256, @Body InputStream content) {
    if (!SHA256.matcher(sha256).matches()) {
      throw RequestFields.invalid("sha256", "sha256 must be 64 lower-case hex digits");
    }
    try {
      return switch (store.receive(sha256, content)) {
        case Received.Stored(long bytes) ->
            HttpResponse.created(Map.<String, Object>of("sha256", sha256, "bytes", bytes));
        case Received.Differs(String found) ->
            throw RequestFields.invalid(
                "sha256", "the content's SHA-256 is " + found + ", not " + sha256);
        case Received.TooLarge(long limit) ->
            throw new ApiException(
                ErrorCode.REQUEST_TOO_LARGE,
                "a checkpoint has at most " + limit + " bytes",
                "sha256");
      };
    } catch (MediaException e) {
      throw new ApiException(
          ErrorCode.UNAVAILABLE, String.valueOf(e.getMessage()), null, ASK_AGAIN);
    }
  }
}
