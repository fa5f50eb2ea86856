package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.ledger.FailureCaseSearch;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.RequestBean;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Searches cases. */
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
final class CaseSearchController {

  private final Searching searching;
  private final CaseReads reads;

  CaseSearchController(Searching searching, CaseReads reads) {
    this.searching = searching;
    this.reads = reads;
  }

  @Operation(
      operationId = "searchCases",
      summary =
          "Cases by the words of prompt, message and notes, or by what the prompt means; the best"
              + " first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the parameter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/search")
  FailureCaseSearch search(@RequestBean CaseSearchRequest asked) {
    return searching.find(asked);
  }

  @Operation(
      operationId = "listSimilarCases",
      summary = "Cases of other jobs whose prompts mean about the same, the nearest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: limit or after.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{case_id}/similar")
  FailureCaseSearch similar(
      String case_id, @QueryValue @Nullable String limit, @QueryValue @Nullable String after) {
    return searching.similar(
        CasesController.require(reads, case_id), Page.newestFirst(limit, after, null));
  }
}
