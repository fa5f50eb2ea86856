package dev.kintsugi.controlplane.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.ledger.CaseReplay;
import dev.kintsugi.protocol.ledger.FailureCase;
import dev.kintsugi.protocol.ledger.FailureCaseDetail;
import dev.kintsugi.protocol.ledger.FailureCaseList;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.RequestBean;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;

/** Lists and shows cases. */
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
final class CasesController {

  private final CaseReads reads;
  private final FamilyReads families;
  private final ReplayStore replays;
  private final Timelines timelines;
  private final JobQueue queue;

  CasesController(
      CaseReads reads,
      FamilyReads families,
      ReplayStore replays,
      Timelines timelines,
      JobQueue queue) {
    this.reads = reads;
    this.families = families;
    this.replays = replays;
    this.timelines = timelines;
    this.queue = queue;
  }

  @Operation(operationId = "listCases", summary = "Failures of every tenant, newest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the filter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  FailureCaseList list(@RequestBean CaseListRequest asked) {
    CaseQuery query = CaseQuery.of(asked);
    List<StoredCase> found = reads.list(query).orElseThrow(CaseQuery::unknownAfter);
    int limit = query.page().limit();
    List<FailureCase> page = found.stream().limit(limit).map(CaseViews::of).toList();
    return new FailureCaseList(
        "list",
        page,
        page.isEmpty() ? null : page.getFirst().id(),
        page.isEmpty() ? null : page.getLast().id(),
        found.size() > limit);
  }

  @Operation(
      operationId = "retrieveCase",
      summary = "One failure: input, context, family, replays and the job's whole timeline.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{case_id}")
  FailureCaseDetail retrieve(String case_id) {
    StoredCase row = require(reads, case_id);
    List<ReplayStore.Replay> asked = replays.ofCase(row.id());
    List<CaseReplay> shown =
        asked.stream()
            .map(replay -> CaseViews.of(replay, row, queue.find(replay.jobId()).orElse(null)))
            .toList();
    return new FailureCaseDetail(
        CaseViews.of(row),
        reads.input(row.jobId()).map(CaseViews::of).orElse(null),
        CaseViews.named(row.features(), JsonNode::asDouble),
        CaseViews.context(row),
        CaseViews.named(row.details(), JsonNode::asText),
        CaseViews.outcome(queue.find(row.jobId()).orElse(null)),
        CaseViews.of(families.find(row.family()).orElseThrow()),
        shown,
        timelines.of(row, asked),
        links(row));
  }

  static StoredCase require(CaseReads reads, String id) {
    return CaseIds.parseCase(id)
        .flatMap(reads::find)
        .orElseThrow(
            () -> ApiException.of(ErrorCode.NOT_FOUND, "There is no case " + id + ".", "case_id"));
  }

  private static Map<String, String> links(StoredCase row) {
    String self = "/ops/v1/cases/" + CaseIds.ofCase(row.id());
    return Map.of(
        "self", self,
        "replays", self + "/replays",
        "similar", self + "/similar",
        "family", "/ops/v1/families/" + row.family(),
        "same_family", "/ops/v1/cases?family=" + row.family(),
        "same_video", "/ops/v1/cases?video=" + row.jobId());
  }
}
