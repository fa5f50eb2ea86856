package dev.kintsugi.controlplane.cases;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.controlplane.errors.Strict;
import dev.kintsugi.controlplane.paging.Page;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.controlplane.tenants.OperatorNote;
import dev.kintsugi.core.ledger.FamilyStatus;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.ledger.FailureFamily;
import dev.kintsugi.protocol.ledger.FailureFamilyList;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists families and says what is known of them. */
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
@Controller("/ops/v1/families")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FamiliesController {

  /** Only the ledger itself sees that a failure came back. */
  private static final Set<FamilyStatus> SETTABLE =
      EnumSet.complementOf(EnumSet.of(FamilyStatus.REGRESSED));

  private final FamilyReads reads;
  private final FamilyStore store;
  private final Clock clock;

  FamiliesController(FamilyReads reads, FamilyStore store, Clock clock) {
    this.reads = reads;
    this.store = store;
    this.clock = clock;
  }

  /**
   * What an operator says of a family.
   *
   * @param status {@code open}, {@code explained} or {@code fixed}; it stays when left out
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record StatusChange(@Nullable String status, @Nullable String note) {}

  @Operation(operationId = "listFamilies", summary = "Families of failures, last seen first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the parameter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  FailureFamilyList list(
      @QueryValue @Nullable String limit,
      @QueryValue @Nullable String after,
      @QueryValue @Nullable String order,
      @QueryValue @Nullable String status) {
    Page page = Page.newestFirst(limit, after, order);
    if (after != null && reads.find(after).isEmpty()) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'after' must be the id of a family.", "after");
    }
    List<FamilyReads.StoredFamily> found =
        reads.list(status == null ? null : status(status, EnumSet.allOf(FamilyStatus.class)), page);
    List<FailureFamily> shown = found.stream().limit(page.limit()).map(CaseViews::of).toList();
    return new FailureFamilyList(
        "list",
        shown,
        shown.isEmpty() ? null : shown.getFirst().id(),
        shown.isEmpty() ? null : shown.getLast().id(),
        found.size() > page.limit());
  }

  @Operation(operationId = "retrieveFamily", summary = "One family.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{family_id}")
  FailureFamily retrieve(String family_id) {
    return CaseViews.of(require(family_id));
  }

  @Operation(
      operationId = "updateFamily",
      summary =
          "Sets the status, or the note alone. A case that comes after a fix makes the family"
              + " regressed.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it was changed meanwhile, or is merged into another.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Patch("/{family_id}")
  FailureFamily update(HttpRequest<?> request, String family_id, @Body StatusChange asked) {
    FamilyReads.StoredFamily before = require(family_id);
    Optional<String> note = OperatorNote.checked(asked.note());
    if (asked.status() == null && note.isEmpty()) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'status' or 'note' is required.", "status");
    }
    FamilyChange change =
        new FamilyChange(
            before.id(),
            clock.instant(),
            asked.status() == null ? FamilyChange.Action.NOTE : FamilyChange.Action.STATUS,
            before.status(),
            asked.status() == null ? before.status() : status(asked.status(), SETTABLE),
            Operator.of(request).keyId(),
            null,
            note.orElse(null));
    if (!store.set(change, before.statusAt())) {
      throw ApiException.of(
          ErrorCode.CONFLICT, "The family was changed meanwhile; look at it again.", "family_id");
    }
    return CaseViews.of(require(family_id));
  }

  private FamilyReads.StoredFamily require(String id) {
    return require(reads, id);
  }

  static FamilyReads.StoredFamily require(FamilyReads reads, String id) {
    return reads
        .find(Storable.text(id, "family_id"))
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.NOT_FOUND, "There is no family " + id + ".", "family_id"));
  }

  private static FamilyStatus status(String name, Set<FamilyStatus> allowed) {
    return allowed.stream()
        .filter(status -> status.wireName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.INVALID_VALUE,
                    "'status' must be one of "
                        + allowed.stream()
                            .map(FamilyStatus::wireName)
                            .collect(Collectors.joining(", "))
                        + "; got '"
                        + name.toLowerCase(Locale.ROOT)
                        + "'.",
                    "status"));
  }
}
