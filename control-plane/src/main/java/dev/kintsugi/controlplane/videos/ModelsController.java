package dev.kintsugi.controlplane.videos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kintsugi.controlplane.fleet.ModelCatalogue;
import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked for. */
@Tag(name = "models")
@SecurityRequirement(name = "api-key")
@Controller("/v1/models")
final class ModelsController {

  private final ModelCatalogue models;

  ModelsController(ModelCatalogue models) {
    this.models = models;
  }

  /**
   * @param object always {@code list}
   */
  record ModelList(@JsonProperty("object") String object, @JsonProperty("data") List<Model> data) {}

  /**
   * @param id name to put into {@code model}
   * @param ownedBy the service's namespace
   * @param limits largest request and defaults; left out until a node has reported them
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Model(
      @JsonProperty("id") String id,
      @JsonProperty("object") String object,
      @JsonProperty("created") long created,
      @JsonProperty("owned_by") String ownedBy,
      @JsonProperty("limits") @Nullable ModelLimits limits) {}

  @Operation(operationId = "listModels", summary = "Models this key may use, with their limits.")
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
  @Get
  ModelList list(HttpRequest<?> request) {
    List<Model> data =
        models.list(Tenant.of(request).name()).stream().map(ModelsController::model).toList();
    return new ModelList("list", data);
  }

  private static Model model(ServedModel served) {
    String namespace = served.service().substring(0, served.service().indexOf('/'));
    return new Model(served.model(), "model", 0, namespace, served.limits());
  }
}
