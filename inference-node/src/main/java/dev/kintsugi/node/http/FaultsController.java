package dev.kintsugi.node.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kintsugi.node.faults.FaultBoard;
import dev.kintsugi.node.faults.FaultSettings;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.FaultStatus;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The fault port: breaks this node on purpose, where its pod allows that. */
@Controller("/node/faults")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FaultsController {
  private static final TypeReference<Map<String, @org.jspecify.annotations.Nullable Object>>
      FIELDS = new TypeReference<>() {};

  private final FaultBoard board;
  private final FaultSettings settings;
  private final ObjectMapper json;

  FaultsController(FaultBoard board, FaultSettings settings, ObjectMapper json) {
    this.board = board;
    this.settings = settings;
    this.json = json;
  }

  @Get
  List<FaultStatus> list() {
    requireAllowed();
    return board.statuses();
  }

  @Get("/{id}")
  FaultStatus get(String id) {
    requireAllowed();
    return board.find(id).orElseThrow(() -> unknown(id));
  }

  @Post
  @Consumes(MediaType.APPLICATION_JSON)
  HttpResponse<FaultStatus> arm(@Body @Nullable String body) {
    requireAllowed();
    return board
        .arm(FaultFields.read(fields(body), ThreadLocalRandom.current()))
        .map(HttpResponse::created)
        .orElseThrow(
            () ->
                new ApiException(
                    ErrorCode.NOT_READY,
                    "too many faults are armed, at most " + FaultBoard.MAX_ARMED + " can be",
                    null));
  }

  @Delete("/{id}")
  FaultStatus end(String id) {
    requireAllowed();
    return board.end(id).orElseThrow(() -> unknown(id));
  }

  @Delete
  List<FaultStatus> endAll() {
    requireAllowed();
    return board.endAll();
  }

  private Map<String, @org.jspecify.annotations.Nullable Object> fields(@Nullable String body) {
    try {
      var fields = body == null ? null : json.readValue(body, FIELDS);
      if (fields != null) {
        return fields;
      }
    } catch (JsonProcessingException e) {
      // Answered as a body that is no object.
    }
    throw new ApiException(ErrorCode.INVALID_REQUEST, "the body must be a JSON object", null);
  }

  private void requireAllowed() {
    if (!settings.faults()) {
      throw new ApiException(
          ErrorCode.FORBIDDEN,
          "this node may not be broken on purpose: set runtime.faultInjection of its"
              + " DiffusionService, or KINTSUGI_NODE_FAULTS=true where there is none",
          null);
    }
  }

  private static ApiException unknown(String id) {
    return new ApiException(ErrorCode.NOT_FOUND, "there is no fault " + id, "id");
  }
}
