package dev.kintsugi.controlplane.learning;

import dev.kintsugi.controlplane.errors.ApiException;
import dev.kintsugi.controlplane.errors.Storable;
import dev.kintsugi.controlplane.errors.Strict;
import dev.kintsugi.controlplane.learning.StoredRule.Change;
import dev.kintsugi.controlplane.tenants.Operator;
import dev.kintsugi.controlplane.tenants.OperatorNote;
import dev.kintsugi.controlplane.topics.PromptTopics;
import dev.kintsugi.controlplane.topics.StoredTopic;
import dev.kintsugi.core.learning.PromptFeatures;
import dev.kintsugi.core.learning.RuleStage;
import dev.kintsugi.core.learning.RuleState;
import dev.kintsugi.core.learning.TopicName;
import dev.kintsugi.protocol.error.ErrorBody;
import dev.kintsugi.protocol.error.ErrorCode;
import dev.kintsugi.protocol.screening.PromptRule;
import dev.kintsugi.protocol.screening.PromptRuleList;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows learned rules with their evidence, and lets people write, pin, move and veto them. */
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
@Controller("/ops/v1/prompt-rules")
@ExecuteOn(TaskExecutors.BLOCKING)
final class PromptRulesController {

  private static final int MOST_FEATURES = 3;

  private final RuleStore rules;
  private final Mining mining;
  private final PromptTopics topics;
  private final Promotions promotions;
  private final Clock clock;

  PromptRulesController(
      RuleStore rules, Mining mining, PromptTopics topics, Promotions promotions, Clock clock) {
    this.rules = rules;
    this.mining = mining;
    this.topics = topics;
    this.promotions = promotions;
    this.clock = clock;
  }

  /**
   * A rule that a person writes.
   *
   * @param service {@code namespace/name}
   * @param features one to three, all of which a submission must have
   * @param stage to begin in; default {@code shadow}
   * @param pinned evidence does not move it; default false
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record NewRule(
      @Nullable String service,
      @Nullable List<String> features,
      @Nullable String stage,
      @Nullable Boolean pinned,
      @Nullable String note) {}

  /**
   * What a person wants of a rule; what is left out stays.
   *
   * @param stage {@code retired} and pinned is a veto: mining does not bring it back
   * @param note why, at most 2,000 characters
   */
  @Introspected
  @Strict
  record RuleChange(@Nullable String stage, @Nullable Boolean pinned, @Nullable String note) {}

  /**
   * @param service {@code namespace/name}
   */
  @Introspected
  @Strict
  record MineRequest(@Nullable String service) {}

  @Operation(operationId = "listPromptRules", summary = "Learned rules, newest first.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the filter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get
  PromptRuleList list(@QueryValue @Nullable String service, @QueryValue @Nullable String stage) {
    Optional<RuleStage> only = Optional.ofNullable(stage).map(PromptRulesController::stage);
    return shown(
        rules.list(service == null ? null : Storable.text(service, "service")).stream()
            .filter(rule -> only.isEmpty() || rule.state().stage() == only.get())
            .toList());
  }

  @Operation(
      operationId = "retrievePromptRule",
      summary = "One rule, with every step of its life and the evidence for it.")
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Get("/{rule_id}")
  PromptRule retrieve(String rule_id) {
    return detail(require(rule_id));
  }

  @Operation(operationId = "createPromptRule", summary = "Writes a rule.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value or missing_required_parameter; param names the field.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: the service has a rule of these features.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post
  PromptRule create(HttpRequest<?> request, @Body NewRule asked) {
    String service = present(asked.service(), "service");
    List<String> features = features(service, asked.features());
    RuleStage stage = stage(Objects.requireNonNullElse(asked.stage(), "shadow"));
    boolean pinned = Boolean.TRUE.equals(asked.pinned());
    Instant now = clock.instant();
    Change why = change(request, null, stage, pinned, asked.note(), now);
    RuleState state = new RuleState(stage, now, pinned, 0, 0, 0);
    return rules
        .add(service, features, null, state, why)
        .map(this::detail)
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.CONFLICT,
                    "%s has a rule of these features already; change that one.".formatted(service),
                    "features"));
  }

  @Operation(
      operationId = "updatePromptRule",
      summary = "Moves a rule to a stage, pins it there, or lets evidence move it again.")
  @ApiResponse(
      responseCode = "400",
      description = "invalid_value: param names the field.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "404",
      description = "not_found.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @ApiResponse(
      responseCode = "409",
      description = "conflict: it moved meanwhile; look again.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Patch("/{rule_id}")
  PromptRule update(HttpRequest<?> request, String rule_id, @Body RuleChange asked) {
    StoredRule rule = require(rule_id);
    RuleState before = rule.state();
    RuleStage stage = asked.stage() == null ? before.stage() : stage(asked.stage());
    boolean pinned = Objects.requireNonNullElse(asked.pinned(), before.pinned());
    if (stage != RuleStage.RETIRED) {
      rule.features().forEach(feature -> requireTopic(rule.service(), feature, "stage"));
    }
    Instant now = clock.instant();
    Change why = change(request, before.stage(), stage, pinned, asked.note(), now);
    if (rules.move(rule, stage, pinned, why).isEmpty()) {
      throw ApiException.of(
          ErrorCode.CONFLICT,
          "The rule was moved or pinned meanwhile; look at it again.",
          "rule_id");
    }
    return detail(require(rule_id));
  }

  @Operation(
      operationId = "minePromptRules",
      summary = "Looks for rules of a service now; answers with those that are new.")
  @ApiResponse(
      responseCode = "400",
      description = "missing_required_parameter.",
      content = @Content(schema = @Schema(implementation = ErrorBody.class)))
  @Post("/mine")
  PromptRuleList mine(@Body MineRequest asked) {
    return shown(mining.mine(present(asked.service(), "service")));
  }

  private PromptRuleList shown(List<StoredRule> found) {
    return new PromptRuleList("list", found.stream().map(rule -> view(rule, null)).toList());
  }

  private PromptRule detail(StoredRule rule) {
    return view(rule, rules.changes(rule.id()));
  }

  private PromptRule view(StoredRule rule, @Nullable List<Change> changes) {
    StoredTopic topic =
        topics.among(StoredRule.topics(List.of(rule))).values().stream().findFirst().orElse(null);
    return RuleViews.of(
        rule, topic, changes, promotions.lifecycle(rule.service()), clock.instant());
  }

  private StoredRule require(String id) {
    var number = RuleViews.parse(id);
    return (number.isPresent() ? rules.find(number.getAsLong()) : Optional.<StoredRule>empty())
        .orElseThrow(
            () -> ApiException.of(ErrorCode.NOT_FOUND, "There is no rule " + id + ".", "rule_id"));
  }

  private static Change change(
      HttpRequest<?> request,
      @Nullable RuleStage from,
      RuleStage to,
      boolean pinned,
      @Nullable String note,
      Instant now) {
    return new Change(
        now,
        Operator.of(request).keyId(),
        from == null ? null : from.wireName(),
        to.wireName(),
        pinned,
        OperatorNote.checked(note).orElse(""));
  }

  private static String present(@Nullable String value, String field) {
    if (value == null || value.isBlank()) {
      throw ApiException.of(
          ErrorCode.MISSING_REQUIRED_PARAMETER, "'" + field + "' is required.", field);
    }
    return Storable.text(value, field);
  }

  private List<String> features(String service, @Nullable List<String> asked) {
    if (asked != null && asked.stream().anyMatch(Objects::isNull)) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'features' must have no null among its entries.", "features");
    }
    List<String> features = List.copyOf(new TreeSet<>(asked == null ? List.of() : asked));
    if (features.isEmpty() || features.size() > MOST_FEATURES) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE, "'features' must have 1 to 3 entries.", "features");
    }
    features.forEach(feature -> Storable.text(feature, "features"));
    features.stream()
        .filter(feature -> !TopicName.is(feature) && !PromptFeatures.known(feature))
        .findFirst()
        .ifPresent(
            unknown -> {
              throw ApiException.of(
                  ErrorCode.INVALID_VALUE,
                  "'%s' is no feature; there are word:… (one word as it is folded: in lower case, at most 64 letters), han:… (two or three Chinese characters), emoji-run>=…, length>=…, brackets>=…, mixed-scripts, frames>=…, steps>=… and pixels>=…, with certain bounds, and topic:… of topics that mining found."
                      .formatted(unknown),
                  "features");
            });
    features.forEach(feature -> requireTopic(service, feature, "features"));
    return features;
  }

  private void requireTopic(String service, String feature, String field) {
    if (TopicName.is(feature) && !topics.has(service, feature)) {
      throw ApiException.of(
          ErrorCode.INVALID_VALUE,
          "%s has no topic '%s': mining finds topics, and forgets those of rules that retired long ago."
              .formatted(service, feature),
          field);
    }
  }

  private static RuleStage stage(String name) {
    return RuleStage.fromWire(name)
        .orElseThrow(
            () ->
                ApiException.of(
                    ErrorCode.INVALID_VALUE,
                    "'stage' must be one of "
                        + Arrays.stream(RuleStage.values())
                            .map(RuleStage::wireName)
                            .collect(Collectors.joining(", "))
                        + ".",
                    "stage"));
  }
}
