package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.ledger.CaseReplay;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;

/** Runs a failed attempt's work again. */
@Tag(name = "operations")
@SecurityRequirement(name = "operator-key")
@ApiResponse(
    responseCode = "401",
    description = "invalid_api_key: none, unknown or revoked.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@ApiResponse(
    responseCode = "403",
    description = "forbidden: the key is for the other API.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@ApiResponse(
    responseCode = "503",
    description = "unavailable: with Retry-After.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@Controller("/ops/v1/cases")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ReplaysController {

  private final CaseReads reads;
  private final ReplayStore store;
  private final Replays replays;
  private final JobQueue queue;

  ReplaysController(CaseReads reads, ReplayStore store, Replays replays, JobQueue queue) {
    this.reads = reads;
    this.store = store;
    this.replays = replays;
    this.queue = queue;
  }

  @Operation(
      operationId = "replayCase",
      summary =
          "Runs the same prompt, seed and parameters on the same weights, once, when a slot is"
              + " free; finds the replay that is under way.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "not_replayable: with what is missing.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post(value = "/{case_id}/replay", consumes = "*/*")
  @Status(HttpStatus.ACCEPTED)
  CaseReplay start(HttpRequest<?> request, String case_id) {
    StoredCase row = CasesController.require(reads, case_id);
    return shown(replays.start(row, Operator.of(request).keyId()), row);
  }

  @Operation(operationId = "listReplays", summary = "Replays of a case, oldest first.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{case_id}/replays")
  List<CaseReplay> list(String case_id) {
    StoredCase row = CasesController.require(reads, case_id);
    return store.ofCase(row.id()).stream().map(replay -> shown(replay, row)).toList();
  }

  @Operation(
      operationId = "retrieveReplay",
      summary = "Whether the failure happened again, with both outcomes side by side.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{case_id}/replays/{replay_id}")
  CaseReplay retrieve(String case_id, String replay_id) {
    StoredCase row = CasesController.require(reads, case_id);
    return CaseIds.parseReplay(replay_id)
        .flatMap(id -> store.find(row.id(), id))
        .map(replay -> shown(replay, row))
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND,
                    "This case has no replay " + replay_id + ".",
                    "replay_id"));
  }

  private CaseReplay shown(ReplayStore.Replay replay, StoredCase row) {
    return CaseViews.of(replay, row, queue.find(replay.jobId()).orElse(null));
  }
}
