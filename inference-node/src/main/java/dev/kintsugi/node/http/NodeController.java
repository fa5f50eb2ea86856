package dev.kintsugi.node.http;

import dev.kintsugi.node.attempts.AttemptService;
import dev.kintsugi.node.attempts.StepTimes;
import dev.kintsugi.node.events.NodeEvents;
import dev.kintsugi.node.experts.ExpertWatch;
import dev.kintsugi.node.faults.FaultBoard;
import dev.kintsugi.node.telemetry.DeviceMonitor;
import dev.kintsugi.node.telemetry.NodeMetrics;
import dev.kintsugi.node.warmup.ModelCard;
import dev.kintsugi.node.warmup.ModelHost;
import dev.kintsugi.node.warmup.ModelState.Warm;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.node.NodeStatus;
import dev.kintsugi.protocol.node.NodeStatus.LiteModel;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the node says of itself. */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class NodeController {
  /** Before a model is loaded nothing can be asked for. */
  private static final ModelCard UNKNOWN =
      new ModelCard(
          "",
          "",
          "",
          false,
          List.of(),
          new ModelLimits(0, 0, 0, 0, "", 0, 0, 0, 0),
          0,
          dev.kintsugi.node.engine.SchedulerKind.UNIPC,
          0);

  private final String instance = UUID.randomUUID().toString();
  private final AttemptService attempts;
  private final ModelHost host;
  private final StepTimes stepTimes;
  private final DeviceMonitor device;
  private final NodeMetrics metrics;
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final NodeEvents events;
  private final ExpertWatch experts;
  private final FaultBoard faults;

  NodeController(
      AttemptService attempts,
      ModelHost host,
      StepTimes stepTimes,
      DeviceMonitor device,
      NodeMetrics metrics,
      NodeEvents events,
      ExpertWatch experts,
      FaultBoard faults) {
    this.attempts = attempts;
    this.host = host;
    this.stepTimes = stepTimes;
    this.device = device;
    this.metrics = metrics;
    this.events = events;
    this.experts = experts;
    this.faults = faults;
  }

  @Get("/node/status")
  NodeStatus status() {
    Optional<Warm> warm = host.warm();
    ModelCard card = warm.map(Warm::card).orElse(UNKNOWN);
    return new NodeStatus(
        instance,
        card.name(),
        card.version(),
        card.digest(),
        card.lite(),
        card.experts().stream().map(experts::status).toList(),
        AttemptService.SLOTS,
        attempts.freeSlots(),
        attempts.running(),
        warm.isPresent(),
        attempts.draining(),
        notReady(),
        card.limits(),
        stepTimes.medians(card.name()),
        device.readings(),
        host.lite().map(Warm::card).map(this::lite).orElse(null),
        faults.statuses(),
        events.recent());
  }

  @Post("/node/drain")
  @Consumes(MediaType.ALL)
  NodeStatus drain() {
    attempts.drain();
    return status();
  }

  @Get("/v1/models")
  Map<String, Object> models() {
    List<Map<String, Object>> models =
        Stream.concat(host.warm().stream(), host.lite().stream())
            .map(Warm::card)
            .map(
                card ->
                    Map.<String, Object>of(
                        "id",
                        card.name(),
                        "object",
                        "model",
                        "created",
                        0,
                        "owned_by",
                        "kintsugi",
                        "version",
                        card.version()))
            .toList();
    return Map.of("object", "list", "data", models);
  }

  @Get("/healthz")
  HttpResponse<?> health() {
    return host.alive() ? HttpResponse.ok(Map.of("status", "ok")) : down("the engine thread died");
  }

  @Get("/readyz")
  HttpResponse<?> ready() {
    String reason = notReady();
    return reason == null ? HttpResponse.ok(Map.of("status", "ready")) : down(reason);
  }

  /** With exemplars for who accepts OpenMetrics. */
  @Get("/metrics")
  @Produces(MediaType.ALL)
  HttpResponse<byte[]> metrics(@Nullable @Header(HttpHeaders.ACCEPT) String accept)
      throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, metrics.scrape(() -> notReady() == null));
    return HttpResponse.ok(out.toByteArray())
        .header(HttpHeaders.CONTENT_TYPE, writer.getContentType());
  }

  private LiteModel lite(ModelCard card) {
    return new LiteModel(
        card.name(), card.version(), card.digest(), card.limits(), stepTimes.medians(card.name()));
  }

  private @Nullable String notReady() {
    if (attempts.draining()) {
      return "the node is draining";
    }
    if (!host.alive()) {
      return "the engine thread died";
    }
    if (host.warm().isEmpty()) {
      return host.state().reason();
    }
    return Stream.concat(host.warm().stream(), host.lite().stream()).anyMatch(this::usable)
        ? null
        : "every expert of the model is quarantined until its self-test passes";
  }

  /** Whether any expert of a model may run. */
  private boolean usable(Warm warm) {
    return warm.card().experts().stream().anyMatch(e -> experts.status(e).healthy());
  }

  private static HttpResponse<ErrorBody> down(String reason) {
    return HttpResponse.<ErrorBody>status(503, "not ready")
        .body(ErrorBody.of(ErrorCode.UNAVAILABLE, reason, null));
  }
}
