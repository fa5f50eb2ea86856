package dev.kintsugi.node.http;

import dev.kintsugi.media.MediaFile;
import dev.kintsugi.media.MediaFile.Variant;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.AttemptStatus;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.SystemFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.time.Clock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The files of finished attempts. */
@Controller("/v1/videos")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ContentController {
  private final AttemptService attempts;
  private final Clock clock;

  ContentController(AttemptService attempts, Clock clock) {
    this.attempts = attempts;
    this.clock = clock;
  }

  @Get("/{id}/content")
  @Produces(MediaType.ALL)
  HttpResponse<?> content(
      String id,
      @QueryValue(defaultValue = "video") String variant,
      @Header(HttpHeaders.IF_NONE_MATCH) @io.micronaut.core.annotation.Nullable
          String ifNoneMatch) {
    Attempt attempt = attempts.find(id).orElseThrow(() -> VideosController.unknown(id));
    MediaFile file = attempt.file(variant(variant)).orElseThrow(() -> notThere(attempt, variant));
    attempt.served(clock.instant());
    String etag = '"' + file.sha256() + '"';
    if (etag.equals(ifNoneMatch)) {
      return HttpResponse.notModified().header(HttpHeaders.ETAG, etag);
    }
    return HttpResponse.ok(new SystemFile(file.path().toFile(), MediaType.of(file.mediaType())))
        .header(HttpHeaders.ETAG, etag);
  }

  private static Variant variant(String name) {
    return Arrays.stream(Variant.values())
        .filter(v -> v.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                RequestFields.invalid(
                    "variant", "variant must be video, thumbnail or spritesheet"));
  }

  private static ApiException notThere(Attempt attempt, String variant) {
    AttemptStatus status = attempt.status();
    AttemptStatus.@Nullable AttemptError error = status.error();
    String why =
        error != null
            ? "it failed: " + error.message()
            : status.phase().terminal() ? "it does not exist" : "the attempt is still running";
    return new ApiException(ErrorCode.NOT_READY, "there is no " + variant + ": " + why, "variant");
  }
}
