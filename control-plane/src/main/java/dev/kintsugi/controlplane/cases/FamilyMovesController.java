package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.controlplane.errors.Strict;
import dev.kintsugi.controlplane.queue.Ids;
import dev.kintsugi.controlplane.queue.JobQueue;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.controlplane.tenants.OperatorNote;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.ledger.FailureFamily;
import dev.kintsugi.protocol.ledger.FailureFamilyHistory;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts families together, takes them apart, and links them with what explains them. */
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
@ApiResponse(
    responseCode = "404",
    description = "not_found.",
    content = @Content(schema = @Schema(implementation = ErrorBody.class)))
@Controller("/ops/v1/families/{family_id}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FamilyMovesController {

  private static final int MOST_CASES = 500;
  private static final int LONGEST_REF = 253;

  private static final Map<String, Pattern> REFS =
      Map.of(
          "job", Pattern.compile("video_[0-9a-f]{32}"),
          "rollout", Pattern.compile("[a-z0-9.-]+/[a-z0-9.-]+"),
          "runbook", Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*"));

  private final FamilyReads reads;
  private final FamilyStore store;
  private final JobQueue queue;
  private final Clock clock;

  FamilyMovesController(FamilyReads reads, FamilyStore store, JobQueue queue, Clock clock) {
    this.reads = reads;
    this.store = store;
    this.queue = queue;
    this.clock = clock;
  }

  /**
   * @param into id of the family that is to have both
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record Merge(@Nullable String into, @Nullable String note) {}

  /**
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record Why(@Nullable String note) {}

  /**
   * @param cases ids of cases of the family, 1 to 500
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record Split(@Nullable List<String> cases, @Nullable String note) {}

  /**
   * @param kind {@code job}, {@code rollout} or {@code runbook}
   * @param ref id of a video, namespace/name of a rollout, or id of a runbook
   */
  @Introspected
  @Strict
  record NewLink(@Nullable String kind, @Nullable String ref) {}

  @Operation(
      operationId = "mergeFamily",
      summary = "Counts a family to another from now on; answers with that one.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter: into or note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: one of them was merged into another.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/merge")
  FailureFamily merge(HttpRequest<?> request, String family_id, @Body Merge asked) {
    String into = present(asked.into(), "into");
    if (into.equals(family_id)) {
      throw invalid("A family cannot be merged into itself.", "into");
    }
    if (reads.find(into).isEmpty()) {
      throw invalid("There is no family " + into + ".", "into");
    }
    store.merge(require(family_id).id(), into, by(request, asked.note()));
    return shown(into);
  }

  @Operation(
      operationId = "unmergeFamily",
      summary = "Takes a family out of the one it was merged into, as it was before.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it is not merged.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/unmerge")
  FailureFamily unmerge(
      HttpRequest<?> request,
      String family_id,
      @Body @io.micronaut.core.annotation.Nullable Why asked) {
    store.unmerge(require(family_id).id(), by(request, asked == null ? null : asked.note()));
    return shown(family_id);
  }

  @Operation(
      operationId = "splitFamily",
      summary = "Makes a family of some cases of another; answers with the new one.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter: cases or note.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: a case is in another family, or the family was merged.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/split")
  FailureFamily split(HttpRequest<?> request, String family_id, @Body Split asked) {
    FamilyStore.By by = by(request, asked.note());
    String fresh = CaseIds.ofFamily(Ids.next(by.at()));
    store.split(require(family_id).id(), fresh, cases(asked.cases()), by);
    return shown(fresh);
  }

  @Operation(operationId = "linkFamily", summary = "Links a family with what explains it.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter: kind or ref.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it was merged into another.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/links")
  FailureFamily link(HttpRequest<?> request, String family_id, @Body NewLink asked) {
    String kind = kind(asked.kind());
    store.link(require(family_id).id(), kind, ref(kind, asked.ref()), by(request, null));
    return shown(family_id);
  }

  @Operation(operationId = "unlinkFamily", summary = "Removes a link.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter: kind or ref.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it was merged into another.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Delete("/links")
  FailureFamily unlink(
      HttpRequest<?> request,
      String family_id,
      @QueryValue @Nullable String kind,
      @QueryValue @Nullable String ref) {
    String named = kind(kind);
    store.unlink(require(family_id).id(), named, present(ref, "ref"), by(request, null));
    return shown(family_id);
  }

  @Operation(
      operationId = "retrieveFamilyHistory",
      summary = "All that was done to a family, by whom and why.")
  @Get("/history")
  FailureFamilyHistory history(String family_id) {
    return new FailureFamilyHistory(
        "list", reads.changes(require(family_id).id()).stream().map(CaseViews::of).toList());
  }

  private FamilyStore.By by(HttpRequest<?> request, @Nullable String note) {
    Instant now = clock.instant();
    return new FamilyStore.By(
        Operator.of(request).keyId(), OperatorNote.checked(note).orElse(null), now);
  }

  private FamilyReads.StoredFamily require(String id) {
    return FamiliesController.require(reads, id);
  }

  private FailureFamily shown(String id) {
    return CaseViews.of(require(id));
  }

  private static List<UUID> cases(@Nullable List<String> asked) {
    if (asked == null || asked.isEmpty() || asked.size() > MOST_CASES) {
      throw invalid("'cases' must have 1 to " + MOST_CASES + " ids of cases.", "cases");
    }
    if (asked.stream().anyMatch(Objects::isNull)) {
      throw invalid("'cases' must have no null among its ids.", "cases");
    }
    return asked.stream()
        .distinct()
        .map(
            id ->
                CaseIds.parseCase(id)
                    .orElseThrow(() -> invalid("There is no case " + id + ".", "cases")))
        .toList();
  }

  private static String kind(@Nullable String asked) {
    String kind = present(asked, "kind");
    if (!REFS.containsKey(kind)) {
      throw invalid("'kind' must be job, rollout or runbook.", "kind");
    }
    return kind;
  }

  private String ref(String kind, @Nullable String asked) {
    String ref = present(asked, "ref");
    Pattern form = REFS.get(kind);
    if (form == null || ref.length() > LONGEST_REF || !form.matcher(ref).matches()) {
      throw invalid(
          "'ref' of a %s must be %s."
              .formatted(
                  kind,
                  switch (kind) {
                    case "job" -> "the id of a video";
                    case "rollout" -> "namespace/name";
                    default -> "the id of a runbook, such as gpu-oom";
                  }),
          "ref");
    }
    if (kind.equals("job") && queue.find(ref).isEmpty()) {
      throw invalid("There is no video " + ref + ".", "ref");
    }
    return ref;
  }

  private static String present(@Nullable String value, String field) {
    if (value == null || value.isBlank()) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'" + field + "' is required.", field);
    }
    return Storable.text(value, field);
  }

  private static ApiException invalid(String message, String field) {
    return ApiException.of(ErrorCode.INVALID_VALUE, message, field);
  }
}
