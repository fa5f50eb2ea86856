package dev.kintsugi.node.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kintsugi.core.node.AttemptAdmission.Decision.Refuse;
import dev.kintsugi.core.node.ExpertChoice;
import dev.kintsugi.node.attempts.Attempt;
import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.attempts.Submission;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.video.VideoDeleted;
import io.micronaut.core.annotation.Nullable;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Attempts as jobs of the Videos API. */
@Controller("/v1/videos")
@ExecuteOn(TaskExecutors.BLOCKING)
final class VideosController {
  private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
  private static final Duration QUARANTINE_LASTS = Duration.ofSeconds(30);
  private static final TypeReference<Map<String, @org.jspecify.annotations.Nullable Object>>
      FIELDS = new TypeReference<>() {};

  private final AttemptService attempts;
  private final ModelHost host;
  private final ObjectMapper json;
  private final AttemptViews views;

  VideosController(AttemptService attempts, ModelHost host, ObjectMapper json, AttemptViews views) {
    this.attempts = attempts;
    this.host = host;
    this.json = json;
    this.views = views;
  }

  @Post
  @Consumes(MediaType.APPLICATION_JSON)
  HttpResponse<ObjectNode> create(@Body @Nullable String body) {
    try {
      Map<String, @org.jspecify.annotations.Nullable Object> fields =
          body == null ? null : json.readValue(body, FIELDS);
      if (fields == null) {
        throw new ApiException(ErrorCode.INVALID_REQUEST, "the body must be a JSON object", null);
      }
      return submit(fields);
    } catch (JsonProcessingException e) {
      throw new ApiException(ErrorCode.INVALID_REQUEST, "the body must be a JSON object", null);
    }
  }

  @Post
  @Consumes({MediaType.MULTIPART_FORM_DATA, MediaType.APPLICATION_FORM_URLENCODED})
  HttpResponse<ObjectNode> createFromForm(@Body Map<String, Object> form) {
    return submit(Map.copyOf(form));
  }

  @Get("/{id}")
  ObjectNode get(String id) {
    return views.view(find(id));
  }

  @Post("/{id}/cancel")
  @Consumes(MediaType.ALL)
  ObjectNode cancel(String id) {
    return views.view(attempts.cancel(id).orElseThrow(() -> unknown(id)));
  }

  /** Encodes frames again that could not be encoded: nothing is denoised for it. */
  @Post("/{id}/encode")
  @Consumes(MediaType.ALL)
  ObjectNode encode(String id) {
    if (!attempts.encodeAgain(id).orElseThrow(() -> unknown(id))) {
      throw new ApiException(
          ErrorCode.NOT_READY,
          "attempt "
              + id
              + " has no frames to encode: only one that failed with ENCODE_FAILED"
              + " keeps them, for as long as its files are kept",
          "id");
    }
    return views.view(find(id));
  }

  @Delete("/{id}")
  VideoDeleted delete(String id) {
    find(id);
    if (!attempts.delete(id)) {
      throw new ApiException(
          ErrorCode.NOT_READY, "attempt " + id + " has not ended: cancel it first", "id");
    }
    return VideoDeleted.of(id);
  }

  private HttpResponse<ObjectNode> submit(
      Map<String, @org.jspecify.annotations.Nullable Object> fields) {
    Warm warm = host.warm().orElseThrow(this::notWarm);
    return switch (attempts.submit(JobParser.parse(fields, cards(warm)))) {
      case Submission.Started(Attempt attempt) -> HttpResponse.ok(views.view(attempt));
      case Submission.Known(Attempt attempt) -> HttpResponse.ok(views.view(attempt));
      case Submission.Conflict(String id) ->
          throw new ApiException(
              ErrorCode.IDEMPOTENCY_KEY_REUSED,
              "attempt " + id + " exists with another body",
              "id");
      case Submission.NotResumable(String reason) ->
          throw new ApiException(ErrorCode.CHECKPOINT_REFUSED, reason, "run.resume_from");
      case Submission.NoExpert(ExpertChoice.Decision.NoExpert none) -> throw noExpert(none);
      case Submission.Refused(Refuse refuse) -> throw refused(refuse);
    };
  }

  private List<ModelCard> cards(Warm main) {
    return Stream.concat(Stream.of(main), host.lite().stream()).map(Warm::card).toList();
  }

  private Attempt find(String id) {
    return attempts.find(id).orElseThrow(() -> unknown(id));
  }

  static ApiException unknown(String id) {
    return new ApiException(ErrorCode.VIDEO_NOT_FOUND, "there is no attempt " + id, "id");
  }

  private ApiException notWarm() {
    return attempts.draining()
        ? new ApiException(ErrorCode.DRAINING, "this node is draining", null, ASK_AGAIN)
        : new ApiException(
            ErrorCode.UNAVAILABLE,
            "this node is not ready: " + host.state().reason(),
            null,
            ASK_AGAIN);
  }

  // 503, as for a node that is not ready: another one, or its lite model, can do it.
  private static ApiException noExpert(ExpertChoice.Decision.NoExpert none) {
    String why =
        new TreeMap<>(none.out())
            .entrySet().stream()
                .map(e -> e.getKey() + " is " + e.getValue().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    return new ApiException(
        ErrorCode.UNAVAILABLE,
        "no expert of this node's model may be used: " + why,
        "run.avoid_expert",
        QUARANTINE_LASTS);
  }

  private static ApiException refused(Refuse refuse) {
    Duration retryAfter = refuse.retryAfter();
    return switch (refuse.reason()) {
      case DRAINING ->
          new ApiException(ErrorCode.DRAINING, "this node is draining", null, retryAfter);
      case NOT_WARM ->
          new ApiException(ErrorCode.UNAVAILABLE, "this node is not ready", null, retryAfter);
      case NO_FREE_SLOT ->
          new ApiException(
              ErrorCode.NO_FREE_SLOT, "this node's only slot is taken", null, retryAfter);
      case DISK_FULL ->
          new ApiException(
              ErrorCode.UNAVAILABLE,
              "the disk of this node is too full for another video",
              null,
              retryAfter);
    };
  }
}
