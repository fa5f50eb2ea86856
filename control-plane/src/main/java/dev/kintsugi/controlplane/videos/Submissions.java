package dev.kintsugi.controlplane.videos;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.fleet.ModelCatalogue;
import dev.kintsugi.controlplane.fleet.ServedModel;
import dev.kintsugi.controlplane.observability.Meters;
import dev.kintsugi.controlplane.queue.Job;
import dev.kintsugi.controlplane.screening.Screenings;
import dev.kintsugi.controlplane.tenants.RateLimiter;
import dev.kintsugi.controlplane.tenants.Tenant;
import dev.kintsugi.controlplane.webhooks.WebhookTargets;
import dev.kintsugi.core.admission.Asked;
import dev.kintsugi.core.admission.Checked;
import dev.kintsugi.core.admission.FieldRules;
import dev.kintsugi.core.admission.ModelBounds;
import dev.kintsugi.core.admission.ModelRules;
import dev.kintsugi.core.admission.Problem;
import dev.kintsugi.core.admission.Resolved;
import dev.kintsugi.core.admission.Size;
import dev.kintsugi.core.screening.SafeMode;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.metrics.AdmissionCatalogue;
import dev.kintsugi.protocol.node.NodeStatus.ModelLimits;
import dev.kintsugi.protocol.screening.PromptScreening;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From a request's fields to a job in the queue, or the reason why not. */
@Singleton
final class Submissions {

  private static final int MAX_KEY = 255;

  private final ModelCatalogue models;
  private final RateLimiter rates;
  private final WebhookTargets webhookTargets;
  private final Screenings screenings;
  private final Admissions admissions;
  private final Rejections rejections;
  private final Counter refused;
  private final SecureRandom seeds = new SecureRandom();

  Submissions(
      ModelCatalogue models,
      RateLimiter rates,
      WebhookTargets webhookTargets,
      Screenings screenings,
      Admissions admissions,
      Rejections rejections,
      Meters meters) {
    this.models = models;
    this.rates = rates;
    this.webhookTargets = webhookTargets;
    this.screenings = screenings;
    this.admissions = admissions;
    this.rejections = rejections;
    this.refused = meters.counter(AdmissionCatalogue.JOBS_REFUSED);
  }

  /**
   * One submission as it arrived.
   *
   * @param fields by name, see {@link RequestFields}
   */
  record Incoming(
      Tenant tenant,
      Map<String, @Nullable Object> fields,
      @Nullable String idempotencyKey,
      String traceId) {}

  /**
   * Takes the job, durably.
   *
   * @throws ApiException with the code of the limit it met
   */
  Job submit(Incoming incoming) {
    try {
      return check(incoming);
    } catch (ApiException refusal) {
      refused.labelValues(refusal.code().wireName()).inc();
      throw refusal;
    }
  }

  /**
   * What would become of a submission.
   *
   * @throws ApiException if it is none that this tenant could make
   */
  PromptScreening screen(Tenant tenant, Map<String, @Nullable Object> fields) {
    rates.admit(tenant);
    Asked asked = valid(FieldRules.read(fields));
    ServedModel model = model(tenant, asked.model());
    ModelBounds bounds = bounds(model);
    Resolved resolved = valid(ModelRules.resolve(asked, bounds, nextSeed()));
    return screenings.tell(
        model.service(), Admissions.asking(resolved, SafeMode.of(asked, resolved, bounds)));
  }

  private Job check(Incoming incoming) {
    rates.admit(incoming.tenant());
    checkKey(incoming.idempotencyKey());
    Asked asked = valid(FieldRules.read(incoming.fields()));
    ServedModel model = model(incoming.tenant(), asked.model());
    ModelBounds bounds = bounds(model);
    Resolved resolved = valid(ModelRules.resolve(asked, bounds, nextSeed()));
    if (asked.webhookUrl() != null) {
      webhookTargets.check(asked.webhookUrl());
    }
    Admissions.Candidate candidate =
        new Admissions.Candidate(
            incoming, asked, resolved, SafeMode.of(asked, resolved, bounds), model);
    try {
      return admissions.admit(candidate);
    } catch (ApiException refusal) {
      rejections.note(candidate, refusal);
      throw refusal;
    }
  }

  private ServedModel model(Tenant tenant, @Nullable String name) {
    return models
        .find(tenant.name(), name)
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.MODEL_NOT_FOUND,
                    name == null
                        ? "No model is served for this API key."
                        : "There is no model '" + shorten(name) + "'. " + offer(tenant),
                    "model"));
  }

  private String offer(Tenant tenant) {
    String names =
        models.list(tenant.name()).stream()
            .map(ServedModel::model)
            .distinct()
            .limit(10)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "None is served for this API key." : "Served are: " + names + ".";
  }

  private static ModelBounds bounds(ServedModel model) {
    ModelLimits limits = model.limits();
    if (limits == null) {
      throw ApiException.retryable(
          ErrorCode.UNAVAILABLE,
          "Model '" + model.model() + "' is not ready yet: none of its nodes has started.",
          Duration.ofSeconds(10));
    }
    Size maximum = new Size(limits.maxWidth(), limits.maxHeight());
    return new ModelBounds(
        model.model(),
        maximum,
        limits.maxFrames(),
        limits.maxSteps(),
        Size.parse(limits.defaultSize()).orElse(maximum),
        limits.defaultFrames(),
        limits.defaultSteps(),
        limits.defaultGuidanceScale(),
        limits.defaultFps());
  }

  private static <T> T valid(Checked<T> checked) {
    return switch (checked) {
      case Checked.Valid<T>(T value) -> value;
      case Checked.Invalid<T>(List<Problem> problems) -> throw refusal(problems);
    };
  }

  /** The first problem gives code and field; all of them are told. */
  private static ApiException refusal(List<Problem> problems) {
    Problem first = problems.getFirst();
    String message = problems.stream().map(Problem::message).collect(Collectors.joining(" "));
    ErrorCode code =
        switch (first.reason()) {
          case MISSING -> ErrorCode.MISSING_REQUIRED_PARAMETER;
          case INVALID -> ErrorCode.INVALID_VALUE;
          case UNSUPPORTED -> ErrorCode.UNSUPPORTED_PARAMETER;
          case TOO_LONG -> ErrorCode.PROMPT_TOO_LONG;
          case BAD_SIZE -> ErrorCode.INVALID_SIZE;
        };
    return ApiException.of(code, message, first.field());
  }

  private static void checkKey(@Nullable String key) {
    boolean bad =
        key != null
            && (key.isEmpty()
                || key.length() > MAX_KEY
                || key.chars().anyMatch(c -> c < 0x21 || c > 0x7e));
    if (bad) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "'Idempotency-Key' must be 1 to " + MAX_KEY + " printable ASCII characters.",
          "Idempotency-Key");
    }
  }

  private int nextSeed() {
    return seeds.nextInt(Integer.MAX_VALUE);
  }

  private static String shorten(String name) {
    return name.length() > 60 ? name.substring(0, name.offsetByCodePoints(0, 20)) + "…" : name;
  }
}
