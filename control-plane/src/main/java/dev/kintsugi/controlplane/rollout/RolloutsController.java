package dev.kintsugi.controlplane.rollout;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.FleetRegistry;
import dev.kintsugi.controlplane.fleet.RegisteredService;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.fleet.ServiceEvidence.RolloutEvidence;
import dev.kintsugi.protocol.fleet.ServiceState;
import dev.kintsugi.protocol.rollout.RolloutDetail;
import dev.kintsugi.protocol.rollout.RolloutList;
import dev.kintsugi.protocol.rollout.RolloutShadow;
import dev.kintsugi.protocol.rollout.RolloutView;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists and shows rollouts. */
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
@Controller("/ops/v1/rollouts")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RolloutsController {

  private final RolloutStore store;
  private final ShadowStore shadows;
  private final Rollouts rollouts;
  private final FleetRegistry fleet;

  RolloutsController(
      RolloutStore store, ShadowStore shadows, Rollouts rollouts, FleetRegistry fleet) {
    this.store = store;
    this.shadows = shadows;
    this.rollouts = rollouts;
    this.fleet = fleet;
  }

  @Operation(
      operationId = "listRollouts",
      summary = "The rollouts decided on last, with their newest evidence.")
  @Get
  RolloutList list(@QueryValue @Nullable String namespace) {
    List<RolloutView> views =
        store.newest(namespace == null ? "" : namespace).stream()
            .sorted(
                Comparator.comparing((Decision d) -> d.key().service())
                    .thenComparing(Decision::at, Comparator.reverseOrder()))
            .map(this::view)
            .toList();
    return new RolloutList("list", views);
  }

  @Operation(
      operationId = "retrieveRollout",
      summary = "One rollout, with every decision and its numbers.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{namespace}/{name}")
  RolloutDetail retrieve(String namespace, String name) {
    List<Decision> history =
        store.newest(namespace).stream()
            .filter(decision -> decision.key().rollout().equals(name))
            .findFirst()
            .map(newest -> store.history(newest.key().service(), name))
            .orElseThrow(
                () ->
                    ApiException.of(
                        ErrorCode.NOT_FOUND,
                        "There is no rollout " + namespace + "/" + name + ".",
                        "name"));
    return new RolloutDetail(
        view(history.getLast()),
        history.stream().map(RolloutsController::shown).toList(),
        shadow(history.getLast().key()));
  }

  private @Nullable RolloutShadow shadow(RolloutKey key) {
    int planned =
        active(key)
            .map(service -> service.state().rollout())
            .map(ServiceState.Rollout::shadowVideos)
            .orElse(0);
    return ShadowViews.of(shadows.of(key), planned);
  }

  private Optional<RegisteredService> active(RolloutKey key) {
    return fleet.services().stream().filter(key::isOf).findFirst();
  }

  private RolloutView view(Decision newest) {
    Optional<RolloutEvidence> now =
        active(newest.key()).flatMap((RegisteredService service) -> rollouts.of(service));
    String[] service = newest.key().service().split("/", 2);
    return new RolloutView(
        service[0],
        newest.key().rollout(),
        service[1],
        newest.stage().stable(),
        newest.stage().canary(),
        newest.stage().step(),
        newest.stage().steps(),
        newest.stage().weight(),
        newest.stage().promoted(),
        newest.key().startedAt(),
        now.isPresent(),
        now.orElse(newest.evidence()));
  }

  private static RolloutDetail.Decision shown(Decision decision) {
    return new RolloutDetail.Decision(
        decision.at().toString(),
        decision.key().startedAt(),
        decision.stage().step(),
        decision.stage().weight(),
        decision.stage().promoted(),
        decision.evidence());
  }
}
